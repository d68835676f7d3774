"""Coinbase Exchange: candles in dollars, 300 in a call, newest first, in the order low, high, open, close."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.core.errors import UpstreamError
from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.candle_requests import CandleRequest, MarketRecord, MarketsRequest
from shared.providers.contract import MINUTE_S, Descriptor, Http, Limit, Payload
from shared.providers.numbers import JsonValue, Row
from shared.providers.pacing import Pace
from shared.records.candles import INTERVALS, CandleRecord

from .candle_rows import candles_in, rows_named, unlisted
from .markets import currency_of

COINBASE_CANDLES = Descriptor(
    id="coinbase",
    family="coinbase",
    kind="candles",
    rank=1,
    default_url="https://api.exchange.coinbase.com",
    url_setting="COINBASE_URL",
    # Ten a second for each address, with bursts up to fifteen.
    # Source: https://docs.cdp.coinbase.com/exchange/docs/rate-limits
    limits=(Limit(600, MINUTE_S, "public"),),
    limits_setting="COINBASE_LIMITS",
)
PER_S = 8
PER_PAGE = 300
_MOST_PAGES = 4
_INTERVALS = ("1m", "5m", "15m", "1h", "1d")
"""Of its granularities 60, 300, 900, 3600, 21600 and 86400 seconds the ones that we have."""
_CELLS = ("time", "low", "high", "open", "close", "volume")


@dataclass(frozen=True, slots=True)
class CoinbaseCandles:
    """`/products/{id}/candles`; intervals in which nothing was traded are not in it."""

    base_url: str
    descriptor: Descriptor = COINBASE_CANDLES
    pace: Pace = field(default_factory=lambda: Pace(PER_S))

    def serves(self, request: CandleRequest) -> bool:
        """Return whether it has the token and the interval, and time for us."""
        return self.descriptor.id in request.markets and request.interval in _INTERVALS and not self.pace.crowded

    def cost(self, request: CandleRequest) -> int:
        """Return the number of pages."""
        return min(_MOST_PAGES, -(-request.count // PER_PAGE))

    async def fetch(self, http: Http, request: CandleRequest, key: str | None) -> Payload:
        """Ask for the first candles of the range, a page of 300 after the other.

        Raises:
            NotListedError: the product is unknown.
            UpstreamError: a page failed.

        Source: https://docs.cdp.coinbase.com/exchange/reference/exchangerestapi_getproductcandles
        """
        url = f"{self.base_url}/products/{request.markets[self.descriptor.id].name}/candles"
        calls = [Call(self.descriptor.id, url, asked) for asked in self._pages(request)]
        for _ in calls:
            await self.pace.turn()
        try:
            return await ask_all(http, calls)
        except UpstreamError as error:
            raise unlisted(error, "NotFound") from error

    def normalise(self, payload: Payload, request: CandleRequest, *, fetched_at: datetime) -> list[CandleRecord]:
        """Reduce the pages to candles, oldest first; the one that is not over is open. It does not tell turnovers.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.
        """
        return candles_in(self.descriptor.id, payload, request, _rows, fetched_at=fetched_at)

    def _pages(self, request: CandleRequest) -> Iterator[dict[str, str]]:
        step = INTERVALS[request.interval]
        for page in range(self.cost(request)):
            start = request.start + step * PER_PAGE * page
            # Both ends are inclusive, and compared with the opening times.
            end = min(start + step * (PER_PAGE - 1), request.end - timedelta(seconds=1))
            yield {
                "granularity": f"{step.total_seconds():.0f}",
                "start": f"{start:%Y-%m-%dT%H:%M:%SZ}",
                "end": f"{end:%Y-%m-%dT%H:%M:%SZ}",
            }


@dataclass(frozen=True, slots=True)
class CoinbaseMarkets:
    """`/products`."""

    base_url: str
    descriptor: Descriptor = COINBASE_CANDLES

    def serves(self, request: MarketsRequest) -> bool:
        """Return that it has markets."""
        return True

    def cost(self, request: MarketsRequest) -> int:
        """Return the one call."""
        return 1

    async def fetch(self, http: Http, request: MarketsRequest, key: str | None) -> Payload:
        """Ask for all products.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://docs.cdp.coinbase.com/exchange/reference/exchangerestapi_getproducts
        """
        return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/products")])

    def normalise(self, payload: Payload, request: MarketsRequest, *, fetched_at: datetime) -> list[MarketRecord]:
        """Reduce the products to those in dollars or tethers that trade.

        Raises:
            BadPayloadError: a product cannot be read; the whole answer is refused.
        """
        with refusing(self.descriptor.id, "products"):
            rows = [row for page in payload.pages for row in numbers.rows_of(page.body)]
            found = (_market(self.descriptor.id, row) for row in rows)
            return [market for market in found if market is not None]


def _rows(body: JsonValue) -> Iterator[Row]:
    return rows_named(body, _CELLS)


def _market(provider: str, row: Row) -> MarketRecord | None:
    currency = currency_of(numbers.text(row, "quote_currency"))
    if currency is None or row.get("trading_disabled") is True or row.get("status", "online") != "online":
        return None
    symbol = numbers.text(row, "base_currency").upper()
    return MarketRecord(provider, numbers.text(row, "id"), symbol, currency)
