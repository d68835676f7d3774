"""Prices as one provider tells them, and the quote that several of them agree on."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

QuoteCurrency = Literal["usd", "usdt"]
Verdict = Literal["used", "confirming", "outlier", "old", "unconverted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRecord:
    """What one provider said of one token at one time. `None` means that it did not say."""

    provider: str
    provider_id: str
    """The provider's own name for it: `bitcoin`, `btc-bitcoin`, `BTCUSDT`."""
    symbol: str
    """Upper case: `BTC`."""
    name: str | None
    price: Decimal
    """In `quote_currency`, above zero."""
    quote_currency: QuoteCurrency
    observed_at: datetime
    """When the provider says that it was so; when it does not say, the time of its answer."""
    fetched_at: datetime
    market_cap_usd: Decimal | None = None
    volume_24h_usd: Decimal | None = None
    high_24h_usd: Decimal | None = None
    low_24h_usd: Decimal | None = None
    change_1h_pct: Decimal | None = None
    change_24h_pct: Decimal | None = None
    change_7d_pct: Decimal | None = None
    change_30d_pct: Decimal | None = None
    circulating_supply: Decimal | None = None
    total_supply: Decimal | None = None
    max_supply: Decimal | None = None
    ath_usd: Decimal | None = None
    ath_at: datetime | None = None
    image_url: str | None = None
    rank: int | None = None
    """The provider's own rank by market capitalisation, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePrice:
    """One source's part in a quote."""

    provider: str
    price: Decimal
    """As the source gave it, in `quote_currency`."""
    quote_currency: QuoteCurrency
    price_usd: Decimal | None
    """The same in US dollars; `None` when no rate of the same minutes is known."""
    observed_at: datetime
    verdict: Verdict
    """`used` for the served price; `confirming` it without being used; `outlier` rejected; `old` not fresh;
    `unconverted` has no dollar price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The served price of one token and everything that it rests on."""

    token_id: str
    symbol: str
    name: str
    price_usd: Decimal
    as_of: datetime
    """The oldest observation among the sources that were used."""
    sources: tuple[SourcePrice, ...]
    spread_pct: Decimal | None
    """(highest − lowest) ÷ median × 100 over the fresh sources, outliers included; `None` below two."""
    facts: PriceRecord
    """The record that market cap, volume, changes and supply were taken from."""
