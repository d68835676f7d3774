"""Prices read for portfolios."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from shared.core.errors import NoDataError
from shared.db.engine import Database
from shared.domain.cursors import from_microseconds

_AT_ONCE = 500
"""Moments of one statement."""
_FIRST_DAY = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class KnownToken:
    """A token and its last price, if it has one."""

    token_id: str
    symbol: str
    name: str
    price_usd: Decimal | None
    priced_at: datetime | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A token that a symbol may mean."""

    token_id: str
    market_cap_usd: Decimal | None


class KnowsPrices(Protocol):
    """Whoever knows prices; `Prices` in production. Every method raises `DatabaseUnavailableError`."""

    async def current(self, token_ids: Collection[str]) -> Mapping[str, KnownToken]:
        """Return those that exist."""
        ...

    async def data_source(self) -> str:
        """Return which kind of data it is, or raise `NoDataError`."""
        ...

    async def daily(self, token_ids: Collection[str], first: date, last: date) -> Mapping[str, Mapping[date, Decimal]]:
        """Return prices at the midnights with which days begin, both ends included."""
        ...

    async def near(self, wanted: Collection[tuple[str, datetime]]) -> Mapping[tuple[str, datetime], Decimal]:
        """Return the prices known within twelve hours of these moments."""
        ...

    async def candidates(self, symbols: Collection[str]) -> Mapping[str, Sequence[Candidate]]:
        """Return what symbols in capitals may mean, the largest first."""
        ...


class Prices:
    """Reads PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, token_ids: Collection[str]) -> Mapping[str, KnownToken]:
        """Return those that exist."""
        if not token_ids:
            return {}
        from . import price_statements

        rows = await self._database.fetch(
            "portfolio.current", price_statements.current, {"token_ids": sorted(set(token_ids))}
        )
        return {
            row[0]: KnownToken(row[0], row[1], row[2], _number(row[3]), from_microseconds(row[4]), tuple(row[5] or ()))
            for row in rows
        }

    async def data_source(self) -> str:
        """Return which kind of data it is.

        Raises:
            NoDataError: no refresh ever stored anything.
        """
        from . import price_statements

        rows = await self._database.fetch("portfolio.kind", price_statements.kind_of_data, {})
        if not rows:
            raise NoDataError("No market data yet")
        return str(rows[0][0])

    async def daily(self, token_ids: Collection[str], first: date, last: date) -> Mapping[str, Mapping[date, Decimal]]:
        """Return prices at the midnights with which days begin, both ends included."""
        if not token_ids:
            return {}
        from . import price_statements

        values = {"token_ids": sorted(set(token_ids)), "first": _midnight(first), "last": _midnight(last)}
        rows = await self._database.fetch("portfolio.daily", price_statements.daily, values)
        return {token_id: _days(text) for token_id, text in rows}

    async def near(self, wanted: Collection[tuple[str, datetime]]) -> Mapping[tuple[str, datetime], Decimal]:
        """Return the prices known within twelve hours of these moments."""
        from . import price_statements

        found: dict[tuple[str, datetime], Decimal] = {}
        asked = sorted(set(wanted))
        for first in range(0, len(asked), _AT_ONCE):
            some = asked[first : first + _AT_ONCE]
            values = {
                "token_ids": [token_id for token_id, _ in some],
                "moments": [moment.isoformat() for _, moment in some],
            }
            rows = await self._database.fetch("portfolio.near", price_statements.near, values)
            found |= {some[place - 1]: Decimal(price) for place, price in rows}
        return found

    async def candidates(self, symbols: Collection[str]) -> Mapping[str, Sequence[Candidate]]:
        """Return what symbols in capitals may mean, the largest first."""
        if not symbols:
            return {}
        from . import price_statements

        rows = await self._database.fetch(
            "portfolio.symbols", price_statements.symbols, {"symbols": sorted(set(symbols))}
        )
        found: dict[str, list[Candidate]] = {}
        for symbol, token_id, cap in rows:
            found.setdefault(symbol, []).append(Candidate(token_id, _number(cap)))
        return found


def _days(text: str) -> dict[date, Decimal]:
    pairs = (each.partition("=") for each in text.split(" "))
    return {_FIRST_DAY + timedelta(days=int(day)): Decimal(price) for day, _, price in pairs}


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
