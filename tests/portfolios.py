"""Transactions for tests, with everything that a test does not care about filled in, and prices that are told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.core.errors import NoDataError
from shared.domain.portfolio.prices import Candidate, KnownToken
from shared.records.portfolio import Transaction

DAY = timedelta(days=1)
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
_NUMBERS = ("quantity", "price", "amount", "usd_rate", "fee", "fee_usd_rate")


def transaction(kind: str = "buy", quantity: str = "1", price: str | None = "100", **more: Any) -> Transaction:
    """Return a transaction of 2025-01-01, or so many days after it (`day`)."""
    day = more.pop("day", 0)
    values: dict[str, Any] = {"at": FIRST + timedelta(days=day), "kind": kind, "token_id": "bitcoin"}
    values |= {"quantity": quantity, "price": price} | more
    for name in _NUMBERS:
        if isinstance(values.get(name), str):
            values[name] = Decimal(values[name])
    return Transaction(**values)


@dataclass
class ToldPrices:
    """Knows what a test says."""

    last: Mapping[str, str | None] = field(default_factory=dict)
    days: Mapping[str, Mapping[date, Decimal]] = field(default_factory=dict)
    moments: Mapping[str, str] = field(default_factory=dict)
    """A token's price at any time."""
    symbols: Mapping[str, Sequence[tuple[str, str | None]]] = field(default_factory=dict)
    at: datetime = FIRST
    loaded: bool = True

    async def current(self, token_ids: Collection[str]) -> Mapping[str, KnownToken]:
        return {
            each: KnownToken(each, each[:3].upper(), each.title(), _number(self.last[each]), self.at, ("coingecko",))
            for each in token_ids
            if each in self.last
        }

    async def data_source(self) -> str:
        if not self.loaded:
            raise NoDataError("No market data yet")
        return "live"

    async def daily(self, token_ids: Collection[str], first: date, last: date) -> Mapping[str, Mapping[date, Decimal]]:
        return {
            each: {day: price for day, price in self.days[each].items() if first <= day <= last}
            for each in token_ids
            if each in self.days
        }

    async def near(self, wanted: Collection[tuple[str, datetime]]) -> Mapping[tuple[str, datetime], Decimal]:
        return {(token_id, at): Decimal(self.moments[token_id]) for token_id, at in wanted if token_id in self.moments}

    async def candidates(self, symbols: Collection[str]) -> Mapping[str, Sequence[Candidate]]:
        return {
            each: [Candidate(name, _number(cap)) for name, cap in self.symbols[each]]
            for each in symbols
            if each in self.symbols
        }


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
