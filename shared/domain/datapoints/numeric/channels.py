"""Where the close lies in the bands and channels of its past.

Sources: Bollinger, Bollinger on Bollinger Bands (2001); Donchian's channels; pivots as floor traders reckon them.
"""

import numpy as np

from .bars import Bars
from .windows import (
    FloatArray,
    lagged,
    rank_in_window,
    rolling_deviation,
    rolling_max,
    rolling_mean,
    rolling_min,
)

DEVIATIONS = 2.0


def band_position(bars: Bars, window: int) -> FloatArray:
    """Return where the close lies between the lower band (0) and the upper one (1); NaN where nothing moved."""
    mean, spread = _band(bars, window)
    return 0.5 + (bars.close - mean) / (2.0 * DEVIATIONS * np.where(spread > 0, spread, np.nan))


def band_width(bars: Bars, window: int) -> FloatArray:
    """Return how far the bands are apart, in percent of the mean."""

    def made(bars: Bars) -> FloatArray:
        mean, spread = _band(bars, window)
        return 100.0 * 2.0 * DEVIATIONS * spread / mean

    return bars.once(("band_width", window), made)


def squeeze(bars: Bars, window: int, history: int) -> FloatArray:
    """Return the share of the widths of `history` days that are not above the last one; near 0 they are narrow as seldom."""
    return rank_in_window(band_width(bars, window), history)


def below_high(bars: Bars, window: int) -> FloatArray:
    """Return how far the close is above the highest close, in percent: at most 0."""
    return 100.0 * (bars.close / rolling_max(bars.close, window) - 1.0)


def above_low(bars: Bars, window: int) -> FloatArray:
    """Return how far the close is above the lowest close, in percent: at least 0."""
    return 100.0 * (bars.close / rolling_min(bars.close, window) - 1.0)


def above_pivot(bars: Bars) -> FloatArray:
    """Return how far the close is above the typical price of the day before, in percent."""
    return 100.0 * (bars.close / lagged(bars.typical, 1) - 1.0)


def _band(bars: Bars, window: int) -> tuple[FloatArray, FloatArray]:
    return rolling_mean(bars.close, window), rolling_deviation(bars.close, window)
