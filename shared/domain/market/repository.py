"""The market's stored facts, read in one statement each."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shared.core.errors import NoDataError
from shared.db.engine import Database

from . import history_statements, overview_statements, quote_statements
from .currency import Currency
from .history_statements import Form
from .quote_statements import Direction, NamedBy, Window

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """Quotes as JSON, and what is to be told about them."""

    data: str | None
    """`None` when the one token asked for is unknown."""
    as_of: datetime | None
    """The oldest among them."""
    sources: tuple[str, ...]
    """Providers of the prices, the most used first."""
    total: int | None
    ranked_at: datetime | None
    """The ranking that they come from; `None` when there is none of the time asked for."""
    data_source: str


@dataclass(frozen=True, slots=True)
class Series:
    """A part of a token's stored prices."""

    known: bool
    """Whether there is such a token."""
    text: str
    last_at: datetime | None
    """Time of the last point in `text`; `None` when it is empty."""
    next_at: datetime | None
    """Time of the first point that did not fit any more; `None` when there is none."""
    total: int | None
    data_source: str


@dataclass(frozen=True, slots=True)
class PriceThen:
    """The price known at an instant."""

    known: bool
    """Whether there is such a token."""
    data: str | None
    observed_at: datetime | None
    data_source: str


class MarketRepository:
    """Reads by prepared statements. A quote is stale when its `as_of` is before `stale_before`. Every method raises `NoDataError` when no refresh ever stored anything, and
    `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, currency: Currency, *, limit: int, offset: int, stale_before: datetime) -> Listed:
        """Return a page of the newest ranking."""
        values = {"limit": limit, "offset": offset, "stale_before": stale_before}
        return await self._listed(("market.page", currency), lambda: quote_statements.page_of_ranking(currency), values)

    async def page_of(
        self, snapshot: datetime, currency: Currency, *, limit: int, offset: int, stale_before: datetime
    ) -> Listed:
        """Return a page of the ranking of that time."""
        values = {"limit": limit, "offset": offset, "snapshot": snapshot, "stale_before": stale_before}
        return await self._listed(
            ("market.snapshot", currency), lambda: quote_statements.page_of_snapshot(currency), values
        )

    async def movers(
        self, window: Window, direction: Direction, *, volume: Decimal, limit: int, stale_before: datetime
    ) -> Listed:
        """Return the tokens that moved most."""
        values = {"volume": volume, "limit": limit, "stale_before": stale_before}
        return await self._listed(
            ("market.movers", window, direction), lambda: quote_statements.movers(window, direction), values
        )

    async def named(self, by: NamedBy, asked: Sequence[str], currency: Currency, *, stale_before: datetime) -> Listed:
        """Return an entry for each of `asked`."""
        shape = ("market.named", by, currency)
        values = {"asked": list(asked), "stale_before": stale_before}
        return await self._listed(shape, lambda: quote_statements.named(by, currency), values)

    async def single(self, token_id: str, currency: Currency, *, now: datetime, stale_before: datetime) -> Listed:
        """Return one token with each source's own price, of the age that it has `now`."""
        values = {"token_id": token_id, "now": now, "stale_before": stale_before}
        return await self._listed(("market.single", currency), lambda: quote_statements.single(currency), values)

    async def overview(self, *, now: datetime) -> Listed:
        """Return the totals."""
        return await self._listed("market.overview", overview_statements.overview, {"now": now})

    async def series(
        self,
        form: Form,
        resolution_s: int,
        token_id: str,
        *,
        first: datetime,
        start: datetime,
        end: datetime,
        size: int,
    ) -> Series:
        """Return up to `size` points from `start` to before `end`; the total counts from `first`."""
        values = {"token_id": token_id, "start": start, "end": end, "size": size, "first": first}
        shape = ("market.series", form, resolution_s)
        row = await self._one(shape, lambda: history_statements.series(form, resolution_s), values)
        known, text, last_at, next_at, total, data_source = row
        return Series(known, text, _time(last_at), _time(next_at), total, data_source)

    async def price_at(self, token_id: str, time: datetime) -> PriceThen:
        """Return the price known at `time`."""
        row = await self._one("market.price_at", history_statements.price_at, {"token_id": token_id, "time": time})
        known, data, observed_at, data_source = row
        return PriceThen(known, data, _time(observed_at), data_source)

    async def _listed(
        self, shape: Hashable, build: "Callable[[], ClauseElement]", values: Mapping[str, object]
    ) -> Listed:
        data, as_of, sources, total, ranked_at, data_source = await self._one(shape, build, values)
        names = tuple(sources.split(",")) if sources else ()
        return Listed(data, _time(as_of), names, total, _time(ranked_at), data_source)

    async def _one(
        self, shape: Hashable, build: "Callable[[], ClauseElement]", values: Mapping[str, object]
    ) -> Sequence[Any]:
        rows = await self._database.fetch(shape, build, values)
        if not rows:
            raise NoDataError("No market data yet")
        return rows[0]


def _time(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + microseconds * _MICROSECOND
