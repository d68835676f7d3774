"""Candles: daily and weekly ones in one table, shorter ones by month, and what they were before they were revised."""

from sqlalchemy import Boolean, Column, Integer, SmallInteger, Table, Text

from .base import metadata, numbers, time

_NUMBERS = ("open", "high", "low", "close")


def _prices() -> list[Column[object]]:
    prices = numbers(*_NUMBERS)
    for column in prices:
        column.nullable = False
    return [*prices, *numbers("volume", "turnover")]


def _candles(name: str) -> Table:
    return Table(
        name,
        metadata,
        Column("series_id", Integer, primary_key=True),
        Column("source_id", SmallInteger, nullable=False),
        Column("closed", Boolean, nullable=False),
        Column("opened_at", time, primary_key=True),
        Column("known_at", time, nullable=False),
        *_prices(),
    )


candle_series = Table(
    "candle_series",
    metadata,
    Column("series_id", Integer, primary_key=True),
    Column("token_id", Text, nullable=False),
    Column("interval_s", Integer, nullable=False),
    # When a source last answered for it, with anything new or not.
    Column("refreshed_at", time, nullable=False),
    # Opening time of the newest closed candle.
    Column("newest_at", time),
)

candle_sources = Table(
    "candle_sources",
    metadata,
    Column("source_id", SmallInteger, primary_key=True),
    # `binance`, or `binance/1m` for what was built from its minutes.
    Column("provider", Text, nullable=False),
    Column("quote_currency", Text, nullable=False),
    # A closed candle is only revised by a source of the same or a lower number.
    Column("preference", SmallInteger, nullable=False),
)

candles = _candles("candles")
"""A day long and longer."""

intraday_candles = _candles("intraday_candles")
"""Shorter than a day, a partition for each month."""

candle_revisions = Table(
    "candle_revisions",
    metadata,
    Column("series_id", Integer, primary_key=True),
    Column("source_id", SmallInteger, nullable=False),
    Column("opened_at", time, primary_key=True),
    # What stood here was known from `known_at` to before `superseded_at`.
    Column("known_at", time, nullable=False),
    Column("superseded_at", time, primary_key=True),
    *_prices(),
)

candle_holes = Table(
    "candle_holes",
    metadata,
    Column("series_id", Integer, primary_key=True),
    # No source had a candle that opened from `begins_at` to before `ends_at` when it was asked.
    Column("begins_at", time, primary_key=True),
    Column("ends_at", time, nullable=False),
    Column("asked_at", time, nullable=False),
)
