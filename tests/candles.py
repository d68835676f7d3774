"""Candles for tests."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.records.candles import INTERVALS, CandleRecord, Interval
from tests.clocks import NOON


def candle(opened_at: datetime = NOON, price: str | int = 100, **more: Any) -> CandleRecord:
    """Return a closed hour of bitcoin at Binance that opened at `price`, known as soon as it was over."""
    middle = Decimal(price)
    interval: Interval = more.get("interval", "1h")
    told = CandleRecord(
        token_id="bitcoin",
        interval=interval,
        opened_at=opened_at,
        open=middle,
        high=middle + 5,
        low=middle - 5,
        close=middle + 1,
        volume=Decimal(10),
        turnover=Decimal(1000),
        quote_currency="usdt",
        provider="binance",
        known_at=opened_at + INTERVALS[interval],
        closed=True,
    )
    return replace(told, **more)


def series(count: int, interval: Interval = "1h", *, start: datetime = NOON, **more: Any) -> list[CandleRecord]:
    """Return candles one after the other, each opening one dearer than the last."""
    step = INTERVALS[interval]
    return [candle(start + step * place, 100 + place, interval=interval, **more) for place in range(count)]


def without(records: Iterable[CandleRecord], *places: int) -> list[CandleRecord]:
    """Return the candles but those at some places."""
    return [record for place, record in enumerate(records) if place not in places]


def hours(count: int) -> timedelta:
    """Return so many hours."""
    return timedelta(hours=count)
