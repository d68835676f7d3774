"""Binance spot: the deepest market, one heavy call, no key, symbols instead of names."""

from dataclasses import dataclass
from datetime import datetime

from shared.providers import numbers
from shared.providers.asking import Call, ask_all, normalised, refusing
from shared.providers.contract import MINUTE_S, Descriptor, Http, Limit, Page, Payload, QuoteRequest
from shared.providers.moments import moment, observed
from shared.providers.numbers import JsonValue, Row
from shared.records.market import PriceRecord, QuoteCurrency

BINANCE = Descriptor(
    id="binance",
    family="binance",
    rank=2,
    default_url="https://api.binance.com",
    url_setting="BINANCE_URL",
    # Counted in request weight for each address.
    # Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/limits
    limits=(Limit(6000, MINUTE_S, "public"),),
    limits_setting="BINANCE_LIMITS",
)
WEIGHT = 80
"""Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints (24hr, all symbols)."""
_OTHER_DOLLARS = ("BUSD", "TUSD", "FDUSD")
"""Quote currencies that end like USD and are not it."""


@dataclass(frozen=True, slots=True)
class Binance:
    """The 24-hour ticker of every symbol, of which those in dollars or tethers are read."""

    base_url: str
    descriptor: Descriptor = BINANCE

    def serves(self, request: QuoteRequest) -> bool:
        """Return that it has quotes, whichever are asked for."""
        return True

    def cost(self, request: QuoteRequest) -> int:
        """Return the weight of the one call."""
        return WEIGHT

    async def fetch(self, http: Http, request: QuoteRequest, key: str | None) -> Payload:
        """Ask for the tickers of all symbols.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints
        """
        return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/api/v3/ticker/24hr", {})])

    def normalise(self, payload: Payload, request: QuoteRequest, *, fetched_at: datetime) -> list[PriceRecord]:
        """Reduce the tickers to records; pairs in other currencies and dead symbols (price 0) are dropped.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.

        Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints
        """
        provider = self.descriptor.id
        with refusing(provider, "symbols"):
            venue = Venue.of({numbers.text(row, "symbol") for page in payload.pages for row in _tickers(page.body)})
        return normalised(provider, payload, _tickers, lambda row, page: _record(venue, row, page, fetched_at))


@dataclass(frozen=True, slots=True)
class Venue:
    """Which symbols an exchange lists, to tell BNB/USD from BN/BUSD: both are written BNBUSD."""

    symbols: frozenset[str]
    quotes_dollars: bool
    other_dollars: tuple[str, ...]

    @classmethod
    def of(cls, symbols: set[str]) -> "Venue":
        """Learn the quote currencies from bitcoin's pairs: api.binance.com has no dollars, api.binance.us has."""
        others = tuple(quote for quote in _OTHER_DOLLARS if f"BTC{quote}" in symbols)
        return cls(frozenset(symbols), "BTCUSD" in symbols, others)

    def pair(self, symbol: str) -> tuple[str, QuoteCurrency] | None:
        """Return base and quote currency, or `None` when it is not quoted in dollars or tethers, or may not be."""
        if symbol.endswith("USDT") and len(symbol) > 4:
            return symbol[:-4], "usdt"
        base = symbol[:-3]
        if not (self.quotes_dollars and base and symbol.endswith("USD")):
            return None
        doubtful = symbol.endswith(self.other_dollars)
        return None if doubtful and not self._lists(base) else (base, "usd")

    def _lists(self, base: str) -> bool:
        return f"{base}USDT" in self.symbols or f"{base}BTC" in self.symbols


def _tickers(body: JsonValue) -> list[Row]:
    return [body] if isinstance(body, dict) else numbers.rows_of(body)


def _record(venue: Venue, row: Row, page: Page, fetched_at: datetime) -> PriceRecord | None:
    symbol = numbers.text(row, "symbol")
    pair = venue.pair(symbol)
    price = numbers.price(row, "lastPrice")
    if pair is None or price is None:
        return None
    base, quote = pair
    # closeTime is the end of the symbol's own window: with a symbol that is not traded it stays behind.
    closed = moment(row, "closeTime")
    in_dollars = quote == "usd"
    return PriceRecord(
        provider=BINANCE.id,
        provider_id=symbol,
        symbol=base,
        name=None,
        price=price,
        quote_currency=quote,
        observed_at=observed(closed, dated=page.dated, fetched_at=fetched_at),
        fetched_at=fetched_at,
        volume_24h_usd=numbers.amount(row, "quoteVolume") if in_dollars else None,
        high_24h_usd=numbers.price(row, "highPrice") if in_dollars else None,
        low_24h_usd=numbers.price(row, "lowPrice") if in_dollars else None,
        change_24h_pct=numbers.number(row, "priceChangePercent"),
    )
