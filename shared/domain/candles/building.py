"""Longer candles made of stored shorter ones, and hours made of our own served prices where no venue has any.

A candle is built from closed ones of one source alone, and only when none is missing; its source says so: `binance/1m`.
Hours of `sampled` are of prices five minutes apart, so their highs and lows are inside the real ones; they have no volume.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from shared.db.engine import Database
from shared.records.candles import INTERVALS, Interval

from . import merging
from .checking import grid
from .merge import TABLE_OF, CandlesStored, merge_staged, rows_of, run
from .preferring import SAMPLED, preference_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

FINER: Mapping[Interval, Interval] = MappingProxyType(
    {"5m": "1m", "15m": "1m", "1h": "1m", "4h": "1h", "1d": "1h", "1w": "1d"}
)
"""What each interval is built from."""
BEHIND = 3
"""So many candles are built again, in case their parts came late or were revised."""
FEWEST_SAMPLES = 10
"""Of the twelve prices of an hour."""
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


class CandleBuilder:
    """Builds over a writing `database`; the same again changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def build(self, interval: Interval, *, now: datetime) -> CandlesStored:
        """Build the newest candles of every token that has the shorter ones.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        until = grid(now, interval)
        await self._ensure_months(interval, until - INTERVALS[interval] * BEHIND, until)
        return await self._database.transaction(lambda connection: _build(connection, interval, until, now))

    async def sample(self, *, now: datetime) -> CandlesStored:
        """Make the newest hours of tokens for which no venue has told one.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        until = grid(now, "1h")
        await self._ensure_months("1h", until - timedelta(hours=BEHIND), until)
        return await self._database.transaction(lambda connection: _sample(connection, until, now))

    async def _ensure_months(self, interval: Interval, *moments: datetime) -> None:
        if TABLE_OF[interval] == "intraday_candles":
            months = [moment.isoformat() for moment in moments]
            await self._database.transaction(lambda connection: run(connection, merging.MONTHS, months=months))


def _build(connection: "Connection", interval: Interval, until: datetime, now: datetime) -> CandlesStored:
    finer = FINER[interval]
    length, piece = INTERVALS[interval], INTERVALS[finer]
    values = {
        "interval_s": round(length.total_seconds()),
        "finer_s": round(piece.total_seconds()),
        "since": until - length * BEHIND,
        "suffix": f"/{finer}",
    }
    run(connection, merging.ONE_AT_A_TIME)
    run(connection, merging.BUILT_SOURCES, suffix=values["suffix"])
    run(connection, merging.BUILT_SERIES, at=now, **{name: values[name] for name in ("interval_s", "finer_s", "since")})
    run(connection, merging.STAGE)
    statement = merging.BUILD.format(finer_table=TABLE_OF[finer])
    run(connection, statement, **values, until=until, pieces=length // piece, origin=_MONDAY)
    return merge_staged(connection, TABLE_OF[interval], at=now)


def _sample(connection: "Connection", until: datetime, now: datetime) -> CandlesStored:
    named = {"provider": SAMPLED, "quote_currency": "usd"}
    span = {"since": until - timedelta(hours=BEHIND), "until": until, "at": now}
    run(connection, merging.ONE_AT_A_TIME)
    run(connection, merging.SOURCE, **named, preference=preference_of(SAMPLED))
    [[source_id]] = rows_of(connection, merging.SOURCE_ID, **named)
    run(connection, merging.SAMPLED_SERIES, **span)
    run(connection, merging.STAGE)
    run(connection, merging.SAMPLE, **span, source_id=source_id, fewest=FEWEST_SAMPLES)
    return merge_staged(connection, TABLE_OF["1h"], at=now)
