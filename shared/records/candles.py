"""Candles: what was paid for a token within an interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from .market import QuoteCurrency

Interval = Literal["1m", "5m", "15m", "1h", "4h", "1d", "1w"]

INTERVALS: Mapping[Interval, timedelta] = MappingProxyType(
    {
        "1m": timedelta(minutes=1),
        "5m": timedelta(minutes=5),
        "15m": timedelta(minutes=15),
        "1h": timedelta(hours=1),
        "4h": timedelta(hours=4),
        "1d": timedelta(days=1),
        "1w": timedelta(weeks=1),
    }
)
"""Every interval and its length; candles begin at whole multiples of it since 1970 in UTC, weeks on Mondays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleRecord:
    """One candle as one provider tells it."""

    token_id: str
    interval: Interval
    opened_at: datetime
    """The candle's first instant; it is over `INTERVALS[interval]` later."""
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    """All four in `quote_currency`, above zero, low ≤ open, close ≤ high."""
    volume: Decimal | None
    """In units of the token; `None` when the provider does not say."""
    turnover: Decimal | None
    """The same in `quote_currency`."""
    quote_currency: QuoteCurrency
    provider: str
    known_at: datetime
    """When we learned it; what was known at a time is asked by this."""
    closed: bool
    """Whether the interval was over when the provider said it; an open candle is never stored as closed."""
