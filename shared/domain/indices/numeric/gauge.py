"""The regime's gauge as a daily series: the step that was known at each close."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from shared.db.engine import Database
from shared.domain.panels.panel import DayArray, FloatArray

if TYPE_CHECKING:
    from sqlalchemy import Connection

CARRIED_DAYS = 7
"""A step older than that says nothing of today."""
STEPS: Mapping[str, float] = MappingProxyType(
    {"strong_bearish": -2.0, "bearish": -1.0, "neutral": 0.0, "bullish": 1.0, "strong_bullish": 2.0}
)

# What was first said of a day counts: a later version's judgement was not there at the close.
_SAID = """
    SELECT DISTINCT ON (day) day, gauge FROM regime_days
    WHERE known_at <= :as_of AND gauge IS NOT NULL ORDER BY day, known_at
"""


class StoredGauge:
    """Reads the gauge from PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def steps(self, days: DayArray, *, as_of: datetime) -> FloatArray | None:
        """Return the step that each day was judged at, after its close; NaN for days without, `None` where there is none at all.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        said = await self._database.transaction(lambda connection: _said(connection, as_of))
        return on_days(days, said)


def on_days(days: DayArray, steps: Iterable[tuple[np.datetime64, float]]) -> FloatArray | None:
    """Return each day's own step; NaN where there is none, `None` where there is none at all."""
    result = np.full(days.shape, np.nan)
    for day, step in steps:
        row = int((day - days[0]) / np.timedelta64(1, "D")) if days.size else -1
        if 0 <= row < days.size:
            result[row] = step
    return result if np.isfinite(result).any() else None


def carried(steps: FloatArray) -> FloatArray:
    """Return the steps with each one holding for a week, until the next one."""
    known = np.isfinite(steps)
    rows = np.arange(steps.size)
    last = np.maximum.accumulate(np.where(known, rows, -1))
    near = (last >= 0) & (rows - last <= CARRIED_DAYS)
    return np.where(near, steps[np.maximum(last, 0)], np.nan)


def _said(connection: "Connection", as_of: datetime) -> list[tuple[np.datetime64, float]]:
    from sqlalchemy import text

    rows = connection.execute(text(_SAID), {"as_of": as_of})
    return [(np.datetime64(day, "D"), STEPS[gauge]) for day, gauge in rows]
