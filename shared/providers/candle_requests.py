"""What providers of candles are asked for: the candles of one market, and which markets there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.records.candles import INTERVALS, Interval
from shared.records.market import QuoteCurrency


@dataclass(frozen=True, slots=True)
class Market:
    """One token's market at one provider."""

    name: str
    """The provider's own: `BTCUSDT`, `BTC-USD`, `XBTUSD`, `bitcoin`."""
    quote_currency: QuoteCurrency


@dataclass(frozen=True, slots=True)
class CandleRequest:
    """The candles of one token that opened from `start` to before `end`."""

    token_id: str
    interval: Interval
    start: datetime
    end: datetime
    asked_at: datetime
    markets: Mapping[str, Market] = field(default_factory=dict)
    """By provider; whoever is not in it does not have the token."""

    @property
    def count(self) -> int:
        """Return how many candles fit in, at least one."""
        return max(1, -((self.start - self.end) // INTERVALS[self.interval]))

    @property
    def age(self) -> int:
        """Return how many candles ago the first one opened."""
        return -((self.start - self.asked_at) // INTERVALS[self.interval])

    def has(self, opened_at: datetime) -> bool:
        """Return whether a candle is one of those asked for."""
        return self.start <= opened_at < self.end


@dataclass(frozen=True, slots=True)
class MarketsRequest:
    """Every market in dollars or tethers that trades."""


@dataclass(frozen=True, slots=True)
class MarketRecord:
    """One market that trades."""

    provider: str
    name: str
    symbol: str
    """Upper case, as everybody else writes it: Kraken's XBT is `BTC`."""
    quote_currency: QuoteCurrency
