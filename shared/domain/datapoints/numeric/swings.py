"""Support and resistance: the turning points of the last months that are nearest to the close.

A swing is a low below (a high above) those of five days before and five days after it, so it is known five days later.
"""

import numpy as np

from .bars import Bars
from .windows import FloatArray, lagged, ratio, rolling_max, rolling_min

SIDE = 5
LOOK_BACK = 90


def support(bars: Bars) -> FloatArray:
    """Return how far the close is above the nearest swing low below it, in percent; NaN without one within 90 days."""
    return bars.once("support", lambda made: 100.0 * (made.close / _nearest(made, low=True) - 1.0))


def resistance(bars: Bars) -> FloatArray:
    """Return how far the nearest swing high above the close is from it, in percent; NaN without one within 90 days."""
    return bars.once("resistance", lambda made: 100.0 * (_nearest(made, low=False) / made.close - 1.0))


def balance(bars: Bars) -> FloatArray:
    """Return 1 at the support, -1 at the resistance; NaN without both."""
    above, below = resistance(bars), support(bars)
    return ratio(above - below, above + below)


def _nearest(bars: Bars, *, low: bool) -> FloatArray:
    """Return the highest swing low not above the close, or the lowest swing high not below it."""
    levels = _swings(bars, low=low)
    found = np.full_like(bars.close, np.nan)
    nearer = np.fmax if low else np.fmin
    for days in range(min(LOOK_BACK, len(levels))):
        then = levels[: len(levels) - days]
        here = bars.close[days:]
        beyond = then <= here if low else then >= here
        found[days:] = nearer(found[days:], np.where(beyond, then, np.nan))
    return found


def _swings(bars: Bars, *, low: bool) -> FloatArray:
    """Return each swing's price on the day it becomes known, five days after it; NaN on all others."""
    values, extreme = (bars.low, rolling_min) if low else (bars.high, rolling_max)
    centre = lagged(values, SIDE)
    return np.where(centre == extreme(values, 2 * SIDE + 1), centre, np.nan)
