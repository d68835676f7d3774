"""What answers about prices look like. They document; PostgreSQL builds the answers, and the tests compare the two.

Amounts are in the currency asked for, US dollars by default. `null` means that no provider told it.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from shared.records.market import QuoteCurrency, Verdict

_MOVER: dict[str, JsonValue] = {
    "id": "bitcoin",
    "symbol": "BTC",
    "name": "Bitcoin",
    "image": "https://assets.coingecko.com/coins/images/1/large/bitcoin.png",
    "price": 64250.12,
    "change_1h": 0.21,
    "change_24h": -1.37,
    "change_7d": 4.02,
    "change_30d": 11.9,
    "market_cap": 1265432100000,
    "volume_24h": 28765432100.5,
    "sources": ["coingecko", "binance", "coincap"],
    "as_of": "2026-03-01T11:59:41.000Z",
    "rank": 1,
    "stale": False,
}
_QUOTE: dict[str, JsonValue] = _MOVER | {
    "high_24h": 65300,
    "low_24h": 63800.5,
    "circulating_supply": 19695000,
    "total_supply": 21000000,
    "max_supply": 21000000,
    "ath": 73738,
    "ath_at": "2024-03-14T07:10:36.635Z",
    "spread_pct": 0.041,
}
_SOURCE: dict[str, JsonValue] = {
    "provider": "binance",
    "price": 64251.4,
    "quote_currency": "usdt",
    "price_usd": 64248.9,
    "observed_at": "2026-03-01T11:59:58.000Z",
    "age_s": 12.402,
    "verdict": "used",
}


class Mover(BaseModel):
    """One token's price and how it moved."""

    model_config = ConfigDict(json_schema_extra={"examples": [_MOVER]})

    id: str = Field(description="Slug; stands for the token in every path and parameter.")
    symbol: str = Field(description="Upper case. Several tokens may share one.")
    name: str
    image: str | None = Field(description="Address of its logo.")
    price: float | None = Field(description="What the fresh sources agree on, digit for digit.")
    change_1h: float | None = Field(description="Change over 1 hour in percent.")
    change_24h: float | None = Field(description="Change over 24 hours in percent.")
    change_7d: float | None = Field(description="Change over 7 days in percent.")
    change_30d: float | None = Field(description="Change over 30 days in percent.")
    market_cap: float | None = Field(description="Price times circulating supply.")
    volume_24h: float | None = Field(description="Traded within 24 hours.")
    sources: list[str] = Field(description="Providers whose prices were used.")
    as_of: datetime | None = Field(description="The oldest observation that was used.")
    rank: int | None = Field(
        description="By market cap, from 1; null when not seen for a day. With `snapshot`, as then."
    )
    stale: bool = Field(
        description="Whether `as_of` was over 180 s ago, three promises of a refresh, when this answer was made; in "
        "another currency, that of the currency counts too."
    )


class Quote(Mover):
    """One token's price and what is known of its market."""

    model_config = ConfigDict(json_schema_extra={"examples": [_QUOTE]})

    high_24h: float | None = Field(description="Highest price within 24 hours; dollars only.")
    low_24h: float | None = Field(description="Lowest price within 24 hours; dollars only.")
    circulating_supply: float | None = Field(description="Coins in circulation.")
    total_supply: float | None = Field(description="Coins made so far, less those destroyed.")
    max_supply: float | None = Field(description="Coins there can ever be.")
    ath: float | None = Field(description="Highest price ever; dollars only.")
    ath_at: datetime | None = Field(description="When that was; dollars only.")
    spread_pct: float | None = Field(description="(highest − lowest) ÷ median of the fresh sources in percent.")


class SourcePrice(BaseModel):
    """What one provider said, and what was made of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SOURCE]})

    provider: str
    price: float = Field(description="As the provider gave it, in `quote_currency`.")
    quote_currency: QuoteCurrency
    price_usd: float | None = Field(description="In US dollars; null when no rate of the same minutes is known.")
    observed_at: datetime
    age_s: float = Field(description="Seconds since then.", ge=0)
    verdict: Verdict = Field(
        description="`used` for the price; `confirming` it; `outlier`: rejected; `old`: not fresh; "
        "`unconverted`: no dollar price."
    )


class TokenQuote(Quote):
    """One token's quote with each source's own price."""

    model_config = ConfigDict(json_schema_extra={"examples": [_QUOTE | {"source_prices": [_SOURCE]}]})

    source_prices: list[SourcePrice] = Field(description="Every source that was asked lately.")


class NamedQuote(BaseModel):
    """What one of the names in a request stands for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"input": "btc", "status": "ok", "ambiguous": False, "quote": _QUOTE, "candidates": None}]
        }
    )

    input: str = Field(description="The id or symbol as it was given.")
    status: Literal["ok", "ambiguous", "unknown"]
    ambiguous: bool = Field(description="Whether several tokens share the symbol; then none is picked.")
    quote: Quote | None = Field(description="The one token meant.")
    candidates: list[Quote] | None = Field(description="The tokens that share the symbol, largest first.")


class MarketOverview(BaseModel):
    """The market as a whole, in US dollars."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "market_cap": 2412345678901.5,
                    "volume_24h": 98765432109.8,
                    "btc_dominance_pct": 52.456789,
                    "eth_dominance_pct": 16.123456,
                    "market_cap_change_24h_pct": -0.81,
                    "active_tokens": 5987,
                    "gainers_24h": 2314,
                    "losers_24h": 3401,
                }
            ]
        }
    )

    market_cap: float | None = Field(description="Sum over the ranked tokens.")
    volume_24h: float | None = Field(description="Sum over the ranked tokens.")
    btc_dominance_pct: float | None = Field(description="Bitcoin's share of the market cap in percent.")
    eth_dominance_pct: float | None = Field(description="Ether's share of the market cap in percent.")
    market_cap_change_24h_pct: float | None = Field(
        description="Change of our own sum in percent; null before a day of it is stored, or when the tokens summed "
        "differ in number by more than a tenth."
    )
    active_tokens: int = Field(description="Tokens that a provider told of within a day.")
    gainers_24h: int = Field(description="How many of them rose within 24 hours.")
    losers_24h: int = Field(description="How many of them fell within 24 hours.")


Point = tuple[int, float, float | None, float | None]
"""[time in ms, price, market cap, volume over 24 hours]."""


class PriceAt(BaseModel):
    """The price that was known at an instant, in US dollars."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "bitcoin",
                    "symbol": "BTC",
                    "name": "Bitcoin",
                    "time": "2026-03-01T12:00:00.000Z",
                    "price": 64250.12,
                    "market_cap": 1265432100000,
                    "volume_24h": 28765432100.5,
                    "observed_at": "2026-03-01T11:59:41.000Z",
                    "distance_s": 19,
                }
            ]
        }
    )

    id: str
    symbol: str
    name: str
    time: datetime = Field(description="The instant asked for.")
    price: float
    market_cap: float | None
    volume_24h: float | None
    observed_at: datetime = Field(description="When the price was observed: then or before, never after.")
    distance_s: float = Field(description="Seconds from the observation to the instant.", ge=0)
