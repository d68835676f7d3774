"""Quotes from an exchange's list of all its pairs: one frame, a description each.

They have symbols instead of names, and only what they trade: spares, for when the first line lacks three families.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.contract import Descriptor, Http, Page, Payload, QuoteAdapter, QuoteRequest
from shared.providers.moments import observed
from shared.providers.numbers import JsonValue, Row
from shared.records.market import PriceRecord

from .markets import currency_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticker:
    """One pair as an exchange wrote it; prices are in `quote`."""

    name: str
    symbol: str
    quote: str
    last: Decimal | None
    high: Decimal | None = None
    low: Decimal | None = None
    traded: Decimal | None
    """Of a day, in whatever unit; nothing traded means that the last price is older than that."""
    turnover: Decimal | None = None
    """The same in `quote`."""
    change_pct: Decimal | None = None
    at: datetime | None = None
    """When, if it says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickerList:
    """How one exchange is asked, and how its answer is read. The reader raises `Unreadable`."""

    descriptor: Descriptor
    path: str
    params: dict[str, str]
    tickers: Callable[[JsonValue], Iterable[Ticker]]


@dataclass(frozen=True, slots=True)
class VenueTickers:
    """All pairs of one exchange, of which those in dollars or tethers are read."""

    base_url: str
    descriptor: Descriptor
    venue: TickerList

    def serves(self, request: QuoteRequest) -> bool:
        """Return that it has quotes, whichever are asked for."""
        return True

    def cost(self, request: QuoteRequest) -> int:
        """Return the one call."""
        return 1

    async def fetch(self, http: Http, request: QuoteRequest, key: str | None) -> Payload:
        """Ask for all pairs.

        Raises:
            UpstreamError: there was no usable answer.
        """
        url = f"{self.base_url}{self.venue.path}"
        return await ask_all(http, [Call(self.descriptor.id, url, self.venue.params)])

    def normalise(self, payload: Payload, request: QuoteRequest, *, fetched_at: datetime) -> list[PriceRecord]:
        """Reduce the pairs to records; those in other currencies and those not traded for a day are dropped.

        A dollar pair comes before the tether pair of the same symbol: it needs no rate.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.
        """
        found: dict[str, PriceRecord] = {}
        with refusing(self.descriptor.id, "pairs"):
            for page in payload.pages:
                for ticker in self.venue.tickers(page.body):
                    record = self._record(ticker, page, fetched_at)
                    if record is not None:
                        found.setdefault(record.provider_id, record)
        return sorted(found.values(), key=lambda record: record.quote_currency != "usd")

    def _record(self, ticker: Ticker, page: Page, fetched_at: datetime) -> PriceRecord | None:
        currency = currency_of(ticker.quote)
        if currency is None or not ticker.symbol or ticker.last is None or not ticker.traded:
            return None
        in_dollars = currency == "usd"
        return PriceRecord(
            provider=self.descriptor.id,
            provider_id=ticker.name,
            symbol=ticker.symbol.upper(),
            name=None,
            price=ticker.last,
            quote_currency=currency,
            observed_at=observed(ticker.at, dated=page.dated, fetched_at=fetched_at),
            fetched_at=fetched_at,
            volume_24h_usd=ticker.turnover if in_dollars else None,
            high_24h_usd=ticker.high if in_dollars else None,
            low_24h_usd=ticker.low if in_dollars else None,
            change_24h_pct=ticker.change_pct,
        )


def tickers_of(venue: TickerList) -> Callable[[str, Descriptor], QuoteAdapter]:
    """Return what makes the adapter of an exchange's tickers."""
    return lambda base_url, descriptor: VenueTickers(base_url, descriptor, venue)


def percent(row: Row, name: str) -> Decimal | None:
    """Return a share of one as percent."""
    share = numbers.number(row, name)
    return None if share is None else share * 100
