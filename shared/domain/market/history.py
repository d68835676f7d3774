"""Answers about earlier prices: series by interval, and the price at an instant."""

import base64
import binascii
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Literal

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError, NotFoundError
from shared.records.answer import Answer, JsonScalar

from .history_statements import Form
from .repository import MarketRepository, Series
from .service import STALE_AFTER, storable

Interval = Literal["5m", "1h", "1d"]

STEP: Mapping[Interval, timedelta] = MappingProxyType(
    {"5m": timedelta(minutes=5), "1h": timedelta(hours=1), "1d": timedelta(days=1)}
)
DEFAULT_SPAN: Mapping[Interval, timedelta] = MappingProxyType(
    {"5m": timedelta(days=1), "1h": timedelta(days=30), "1d": timedelta(days=365)}
)
"""How far back a series goes when nobody says from when."""
PAGE = 1_000
EXPORT_PAGE = 5_000
"""Points held in memory at a time while a file is sent."""
CSV_HEADER = "time,price,market_cap,volume\n"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which prices of which token are asked for: those observed from `start` to before `end`."""

    token_id: str
    interval: Interval
    start: datetime
    end: datetime


class HistoryService:
    """Answers with stored prices. Every method raises what `MarketRepository` raises."""

    def __init__(self, repository: MarketRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def wanted(self, token_id: str, interval: Interval, start: datetime | None, end: datetime | None) -> Wanted:
        """Return what is asked for, open ends filled in.

        Raises:
            InvalidParameterError: the range is empty.
        """
        end = end or self._clock.now()
        start = start or end - DEFAULT_SPAN[interval]
        if start >= end:
            raise InvalidParameterError("from", "has to be before 'to', which is now by default", start.isoformat())
        return Wanted(storable(token_id), interval, start, end)

    async def series(self, wanted: Wanted, *, cursor: str | None = None) -> Answer:
        """Return points [time in ms, price, market cap, volume], oldest first, from the cursor on.

        Raises:
            InvalidParameterError: the cursor is not one of ours, or of another range.
            NotFoundError: there is no such token.
        """
        start = wanted.start if cursor is None else _after(cursor, wanted)
        found = await self._page("json", wanted, start, PAGE)
        meta: dict[str, JsonScalar] = {"total": found.total, "interval": wanted.interval}
        if found.next_at is not None:
            token = _cursor(found.next_at)
            meta["cursor"] = token
            meta["next"] = (
                f"?from={_milliseconds(wanted.start)}&to={_milliseconds(wanted.end)}"
                f"&interval={wanted.interval}&cursor={token}"
            )
        return Answer(
            data=found.text,
            as_of=found.last_at,
            source=found.data_source,
            stale=self._is_behind(wanted, found),
            meta=meta,
        )

    async def export(self, wanted: Wanted, form: Form) -> AsyncIterator[str]:
        """Return the whole series as text, a page at a time; what can go wrong at first goes wrong before it.

        Raises:
            NotFoundError: there is no such token.
        """
        first = await self._page(form, wanted, wanted.start, EXPORT_PAGE)
        return self._pages(form, wanted, first)

    async def price_at(self, token_id: str, time: datetime) -> Answer:
        """Return the price that was known at `time`, and how long before that it was observed.

        Raises:
            InvalidParameterError: `time` is yet to come.
            NotFoundError: there is no such token, or no price of it from then or before.
        """
        now = self._clock.now()
        if time > now:
            raise InvalidParameterError("time", "is yet to come", time.isoformat())
        found = await self._repository.price_at(storable(token_id), time)
        if not found.known:
            raise NotFoundError("token", token_id)
        if found.data is None or found.observed_at is None:
            raise NotFoundError("price", f"{token_id} at {time.isoformat()}")
        present = now - time <= STALE_AFTER
        return Answer(
            data=found.data,
            as_of=found.observed_at,
            source=found.data_source,
            stale=present and now - found.observed_at > STALE_AFTER,
        )

    async def _pages(self, form: Form, wanted: Wanted, found: Series) -> AsyncIterator[str]:
        yield (CSV_HEADER if form == "csv" else "") + found.text
        while found.next_at is not None:
            found = await self._page(form, wanted, found.next_at, EXPORT_PAGE)
            yield found.text

    async def _page(self, form: Form, wanted: Wanted, start: datetime, size: int) -> Series:
        found = await self._repository.series(
            form,
            round(STEP[wanted.interval].total_seconds()),
            wanted.token_id,
            first=wanted.start,
            start=start,
            end=wanted.end,
            size=size,
        )
        if not found.known:
            raise NotFoundError("token", wanted.token_id)
        return found

    def _is_behind(self, wanted: Wanted, found: Series) -> bool:
        """Whether a series that should reach the present ends earlier than its interval explains."""
        now = self._clock.now()
        if found.last_at is None or found.next_at is not None or wanted.end < now - STEP[wanted.interval]:
            return False
        return now - found.last_at > STEP[wanted.interval] + STALE_AFTER


def _cursor(next_at: datetime) -> str:
    microseconds = (next_at - _EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(microseconds.to_bytes(8, "big")).decode().rstrip("=")


def _after(cursor: str, wanted: Wanted) -> datetime:
    try:
        content = base64.b64decode(cursor + "=", altchars=b"-_", validate=True)
        start = _EPOCH + int.from_bytes(content, "big") * _MICROSECOND
    except (binascii.Error, ValueError, OverflowError):
        raise InvalidParameterError("cursor", "give one that an answer told", cursor) from None
    if len(content) != 8 or not wanted.start <= start < wanted.end:
        raise InvalidParameterError("cursor", "belongs to another range", cursor)
    return start


def _milliseconds(time: datetime) -> int:
    return (time - _EPOCH) // timedelta(milliseconds=1)
