"""Where the close lies within the range of some days.

Sources: Lane, stochastics (1984); Williams, How I Made One Million Dollars (1973) and The Ultimate Oscillator (1985); Lambert,
Commodity Channel Index (1980); Chande, Aroon (1995).
"""

import numpy as np

from .bars import Bars
from .windows import FloatArray, lagged, ratio, rolling_max, rolling_mean, rolling_min, rolling_sum


def position(bars: Bars, window: int) -> FloatArray:
    """Return where the close lies between the lowest low (0) and the highest high (1); NaN without a range."""

    def made(bars: Bars) -> FloatArray:
        low = rolling_min(bars.low, window)
        return ratio(bars.close - low, rolling_max(bars.high, window) - low)

    return bars.once(("position", window), made)


def stochastic_k(bars: Bars) -> FloatArray:
    """Return the mean of three days' positions in 14 days, 0 to 100."""
    return rolling_mean(100.0 * position(bars, 14), 3)


def stochastic_d(bars: Bars) -> FloatArray:
    """Return the mean of three days of `stochastic_k`."""
    return rolling_mean(stochastic_k(bars), 3)


def williams(bars: Bars, window: int) -> FloatArray:
    """Return Williams' %R, -100 to 0."""
    return 100.0 * (position(bars, window) - 1.0)


def commodity_channel(bars: Bars, window: int) -> FloatArray:
    """Return how far the typical price is from its mean, in mean absolute deviations ÷ 0.015; NaN where nothing moved."""
    typical = bars.typical
    mean = rolling_mean(typical, window)
    rows = len(typical) - window + 1
    if rows <= 0:
        return mean
    apart = np.zeros_like(typical[window - 1 :])
    for offset in range(window):
        apart += np.abs(typical[offset : offset + rows] - mean[window - 1 :])
    apart /= window
    made = np.full_like(typical, np.nan)
    # What is left of equal prices is rounding.
    some = np.where(apart > 1e-12 * np.abs(mean[window - 1 :]), apart, np.nan)
    made[window - 1 :] = (typical[window - 1 :] - mean[window - 1 :]) / (0.015 * some)
    return made


def aroon(bars: Bars, window: int) -> FloatArray:
    """Return how much later the highest high was than the lowest low, -100 to 100; of equal ones the later counts."""
    return 100.0 * (_since(-bars.low, window) - _since(bars.high, window)) / window


def ultimate(bars: Bars) -> FloatArray:
    """Return buying pressure by true range of 7, 14 and 28 days, weighed 4 : 2 : 1; 0 to 100."""
    before = lagged(bars.close, 1)
    floor = np.minimum(bars.low, before)
    pressure, reach = bars.close - floor, np.maximum(bars.high, before) - floor
    shares = [ratio(rolling_sum(pressure, days), rolling_sum(reach, days)) for days in (7, 14, 28)]
    return 100.0 * (4.0 * shares[0] + 2.0 * shares[1] + shares[2]) / 7.0


def _since(values: FloatArray, window: int) -> FloatArray:
    """Return how many days ago the largest of `window` + 1 values was."""
    rows = len(values) - window
    if rows <= 0:
        return np.full_like(values, np.nan)
    best, since = values[:rows].copy(), np.full_like(values[:rows], float(window))
    for offset in range(1, window + 1):
        here = values[offset : offset + rows]
        later = here >= best
        np.copyto(best, here, where=later)
        np.copyto(since, window - offset, where=later)
    made = np.full_like(values, np.nan)
    made[window:] = np.where(np.isfinite(rolling_max(values, window + 1)[window:]), since, np.nan)
    return made
