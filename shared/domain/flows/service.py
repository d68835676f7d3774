"""Answers about flows: large transfers, and what went to and from exchanges."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError, NoDataError, NotFoundError, NotSupportedError, SettingsError
from shared.db.engine import Database
from shared.domain.chains.catalogue import CHAINS as KNOWN_CHAINS
from shared.domain.cursors import cursor_at, from_microseconds, milliseconds, place_of_cursor
from shared.records.answer import Answer, JsonScalar
from shared.records.refresh import is_late

from . import statements
from .catalogue import CHAINS, exchanges_on
from .datasets import REFRESH, chain_dataset

WHALE_USD = Decimal(1_000_000)
SMALLEST_USD = Decimal(100_000)
"""Smaller transfers are not stored: docs/decisions/0012-flows.md."""
DEFAULT_SPAN = timedelta(days=7)
LONGEST_SPAN = timedelta(days=92)


def usd_setting(environment: Mapping[str, str], name: str, default: Decimal) -> Decimal:
    """Return a size in dollars that an operator may set.

    Raises:
        SettingsError: it is no number, or smaller than what is stored.
    """
    text = environment.get(name) or str(default)
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise SettingsError(name, f"'{text}' is no number") from None
    if not value.is_finite() or value < SMALLEST_USD:
        raise SettingsError(name, f"is below {SMALLEST_USD}")
    return value


@dataclass(frozen=True, slots=True)
class Hours:
    """Which hours of a chain are asked for: those that begin from `start` to before `end`, as known at `as_of`."""

    chain: str
    start: datetime
    end: datetime
    as_of: datetime | None


class FlowService:
    """Answers with stored flows. Every method raises `NotFoundError` for an unknown chain, `NotSupportedError` for one that nobody
    tells the transfers of, `NoDataError` for one never scanned, and `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database, clock: Clock, *, whale_usd: Decimal = WHALE_USD) -> None:
        self._database = database
        self._clock = clock
        self._whale_usd = whale_usd

    async def whales(self, chain: str, *, least: Decimal | None, limit: int, cursor: str | None) -> Answer:
        """Return the large transfers of the last seven days, newest first, from the cursor on.

        Raises:
            InvalidParameterError: the cursor is not one of ours.
        """
        _check(chain)
        least = self._whale_usd if least is None else least
        values: dict[str, object] = {"least": least, "size": limit, "now": self._clock.now()}
        if cursor is not None:
            at, number = place_of_cursor(cursor)
            values |= {"place_at": at, "place_id": f"{number:016x}"}
        after = cursor is not None
        text, newest, last_us, last_id, more, total, *stamp = await self._one(
            chain, ("flows.whales", after), lambda: statements.whales(after=after), values
        )
        meta: dict[str, JsonScalar] = {"total": total, "min_usd": float(least)}
        last_at = from_microseconds(last_us)
        if more and last_at is not None:
            meta["cursor"] = cursor_at(last_at, int(last_id, 16))
            meta["next"] = f"?min_usd={least}&limit={limit}&cursor={meta['cursor']}"
        return self._answer(f"[{text}]", from_microseconds(newest), stamp, meta)

    def hours(self, chain: str, start: datetime | None, end: datetime | None, as_of: datetime | None) -> Hours:
        """Return what is asked for, open ends filled in.

        Raises:
            InvalidParameterError: the range is empty or too long, or `as_of` is yet to come.
        """
        _check(chain)
        now = self._clock.now()
        if as_of is not None and as_of > now:
            raise InvalidParameterError("as_of", "is yet to come", as_of.isoformat())
        end = end or now
        start = start or end - DEFAULT_SPAN
        if start >= end:
            raise InvalidParameterError("from", "has to be before 'to', which is now by default", start.isoformat())
        if end - start > LONGEST_SPAN:
            raise InvalidParameterError("from", f"at most {LONGEST_SPAN.days} days before 'to'", start.isoformat())
        return Hours(chain, start, end, as_of)

    async def exchange_flow(self, hours: Hours) -> Answer:
        """Return inflow, outflow and net in dollars by the hour, with z-scores, and whose addresses are known."""
        values: dict[str, object] = {"start": hours.start, "end": hours.end}
        then = hours.as_of is not None
        if then:
            values["as_of"] = hours.as_of
        text, last, total, *stamp = await self._one(
            hours.chain, ("flows.hours", then), lambda: statements.flows(then=then), values
        )
        facts = {
            "chain": hours.chain,
            "exchanges": exchanges_on(hours.chain),
            "min_usd": int(SMALLEST_USD),
            "bucket_s": 3600,
        }
        data = f'{json.dumps(facts, separators=(",", ":"))[:-1]},"buckets":[{text}]}}'
        meta: dict[str, JsonScalar] = {
            "total": total,
            "from_ms": milliseconds(hours.start),
            "to_ms": milliseconds(hours.end),
        }
        return self._answer(
            data, from_microseconds(last), stamp, meta, past=hours.end < self._clock.now() - DEFAULT_SPAN
        )

    async def _one(self, chain: str, shape: Any, build: Any, values: Mapping[str, object]) -> Sequence[Any]:
        rows = await self._database.fetch(
            shape,
            build,
            {**values, "chain": chain, "dataset": chain_dataset(chain)},
        )
        if not rows:
            raise NoDataError(f"No transfers of {chain} yet: no source that is set up has told any")
        return rows[0]

    def _answer(
        self,
        data: str,
        as_of: datetime | None,
        stamp: Sequence[Any],
        meta: Mapping[str, JsonScalar],
        *,
        past: bool = False,
    ) -> Answer:
        refreshed_us, sources, data_source = stamp
        refreshed_at = from_microseconds(refreshed_us) or datetime.min.replace(tzinfo=UTC)
        return Answer(
            data=data,
            as_of=as_of or refreshed_at,
            source=data_source,
            sources=tuple(sources),
            stale=not past and is_late(REFRESH, refreshed_at, now=self._clock.now()),
            meta=meta,
        )


def _check(chain: str) -> None:
    if chain in CHAINS:
        return
    if chain in KNOWN_CHAINS:
        raise NotSupportedError("metric", "transfers", of=chain, supported=[f"on {each}" for each in CHAINS])
    raise NotFoundError("chain", chain)
