"""Panels from PostgreSQL: closed daily candles, and daily prices of aggregators for what candles do not tell."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shared.db.engine import Database
from shared.db.statements import array_of

from .copied import copied
from .panel import DayArray, FloatArray, Panel

if TYPE_CHECKING:
    from sqlalchemy import Connection

CHUNK = 1_000
"""Tokens read at a time: 40 MB on the wire for 400 days."""
POINT_WITHIN_S = 3_600
"""A price this near the end of a day is the day's close; one first seen at noon is not."""

# Dollars of USDT count as dollars here: statistics bear its hundredths of a percent, money never passes through this.
_CANDLES = """
    SELECT CAST(place AS integer), array_agg(opened_at), array_agg(open), array_agg(high), array_agg(low), array_agg(close),
        array_agg(coalesce(turnover, volume * close, 'NaN'))
    FROM (
        SELECT place, opened_at, CAST(open AS float8), CAST(high AS float8), CAST(low AS float8), CAST(close AS float8),
            CAST(volume AS float8), CAST(turnover AS float8)
        FROM unnest({token_ids}) WITH ORDINALITY AS wanted (token_id, place)
        JOIN candle_series USING (token_id) JOIN {table} AS held USING (series_id)
        WHERE interval_s = 86400 AND opened_at >= {start} AND opened_at < {end} AND known_at <= {as_of} AND {only}
    ) AS held GROUP BY place
"""
_POINTS = """
    SELECT CAST(place AS integer), array_agg(observed_at), array_agg(CAST(price_usd AS float8)),
        array_agg(coalesce(CAST(market_cap_usd AS float8), 'NaN')), array_agg(coalesce(CAST(volume_24h_usd AS float8), 'NaN'))
    FROM unnest({token_ids}) WITH ORDINALITY AS wanted (token_id, place) JOIN price_points USING (token_id)
    WHERE resolution_s = 86400 AND bucket >= {start} AND bucket <= {end} AND observed_at <= {as_of}
    GROUP BY place
"""
_TOKENS = """
    SELECT token_id FROM tokens JOIN quotes USING (token_id)
    WHERE NOT provisional ORDER BY rank NULLS LAST, token_id LIMIT CAST(:most AS integer)
"""
_DAY = np.timedelta64(1, "D")


class PanelReader:
    """Reads panels; every method raises `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def token_ids(self, *, most: int = 10_000) -> tuple[str, ...]:
        """Return the tokens that have a quote, best ranked first."""

        def read(connection: "Connection") -> tuple[str, ...]:
            from sqlalchemy import text

            return tuple(connection.execute(text(_TOKENS), {"most": most}).scalars())

        return await self._database.transaction(read)

    async def panel(self, token_ids: Sequence[str], *, as_of: datetime, days: int) -> Panel:
        """Return the last `days` completed days of some tokens, in their order, as they were known at `as_of`.

        Candles come first. Where there is none the close and the volume of the day are those of an aggregator within an hour of the day's
        end, with open, high and low unknown; so is the market capitalisation.
        """
        return await self._database.transaction(lambda connection: _panel(connection, token_ids, as_of, days))

    async def panels(
        self, token_ids: Sequence[str], *, as_of: datetime, days: int, chunk: int = CHUNK
    ) -> AsyncIterator[Panel]:
        """Yield panels of `chunk` tokens each, so that not all of them are in memory at once."""
        for first in range(0, len(token_ids), chunk):
            yield await self.panel(token_ids[first : first + chunk], as_of=as_of, days=days)


def _panel(connection: "Connection", token_ids: Sequence[str], as_of: datetime, days: int) -> Panel:
    from pg8000.native import literal
    from sqlalchemy import text

    # A hash of a thousand tokens' arrays does not fit into the four megabytes that are usual.
    connection.execute(text("SET LOCAL work_mem = '64MB'"))
    end = np.datetime64(as_of.replace(tzinfo=None), "D")
    every = np.arange(end - days, end)
    names = {
        "token_ids": f"CAST({literal(array_of(list(token_ids)))} AS text[])",
        "start": f"CAST('{every[0]} 00:00Z' AS timestamptz)",
        "end": f"CAST('{end} 00:00Z' AS timestamptz)",
        "as_of": f"CAST('{as_of.isoformat()}' AS timestamptz)",
    }
    made = _Filling(every, token_ids)
    made.points(connection, _POINTS.format(**names))
    made.candles(connection, _CANDLES.format(table="candles", only="closed", **names))
    superseded = f"superseded_at > {names['as_of']}"
    made.candles(connection, _CANDLES.format(table="candle_revisions", only=superseded, **names))
    return made.panel()


class _Filling:
    """Arrays that are being filled, (fields, tokens, days) so that each token's days lie together."""

    def __init__(self, days: DayArray, token_ids: Sequence[str]) -> None:
        self._days = days
        self._token_ids = tuple(token_ids)
        self._values = np.full((6, len(token_ids), len(days)), np.nan)

    def candles(self, connection: "Connection", query: str) -> None:
        for place, opened, numbers in copied(connection, query):
            rows = (opened.astype("datetime64[D]") - self._days[0]).astype(np.int64)
            for field, values in enumerate(numbers):
                self._put(field, place, rows, values)

    def points(self, connection: "Connection", query: str) -> None:
        for place, observed, (prices, caps, volumes) in copied(connection, query):
            ends = (observed + np.timedelta64(12, "h")).astype("datetime64[D]")
            past_s = (observed - ends) / np.timedelta64(1, "s")
            rows = (ends - _DAY - self._days[0]).astype(np.int64)
            # Of a price before and one after the end of a day the later one counts.
            order = np.argsort(past_s, kind="stable")
            near = order[
                (np.abs(past_s) <= POINT_WITHIN_S)[order] & (rows >= 0)[order] & (rows < len(self._days))[order]
            ]
            for field, values in ((3, prices), (4, volumes), (5, caps)):
                self._put(field, place, rows[near], values[near])

    def panel(self) -> Panel:
        # A price or capitalisation of zero is an unknown one.
        self._values[:4][self._values[:4] <= 0] = np.nan
        self._values[5][self._values[5] <= 0] = np.nan
        open_, high, low, close, volume, cap = np.ascontiguousarray(self._values.transpose(0, 2, 1))
        return Panel(
            days=self._days,
            token_ids=self._token_ids,
            open=open_,
            high=high,
            low=low,
            close=close,
            volume_usd=volume,
            market_cap_usd=cap,
        )

    def _put(self, field: int, place: int, rows: NDArray[np.int64], values: FloatArray) -> None:
        self._values[field, place - 1, rows] = values
