"""The panel: days by tokens."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
DayArray = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Completed UTC days, oldest first, one row per day without gaps; NaN where a token has no value.

    Every array is (days, tokens). `days` are the days' beginnings, so the row of a day is known at the end of that day.
    """

    days: DayArray
    """(D,) datetime64[D]."""
    token_ids: tuple[str, ...]
    open: FloatArray
    """US dollars, as the other prices."""
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume_usd: FloatArray
    """Traded in the day, US dollars."""
    market_cap_usd: FloatArray
    """At the end of the day."""

    def until(self, rows: int) -> "Panel":
        """Return the first `rows` days: what was known then."""
        return Panel(
            days=self.days[:rows],
            token_ids=self.token_ids,
            open=self.open[:rows],
            high=self.high[:rows],
            low=self.low[:rows],
            close=self.close[:rows],
            volume_usd=self.volume_usd[:rows],
            market_cap_usd=self.market_cap_usd[:rows],
        )
