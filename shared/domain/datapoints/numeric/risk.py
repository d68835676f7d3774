"""How much prices move, and how badly."""

import numpy as np

from .bars import Bars
from .windows import FloatArray, rolling_deviation, rolling_max, rolling_mean

YEAR = 365.0
"""Days: this market never closes."""


def volatility(bars: Bars, window: int) -> FloatArray:
    """Return the deviation of daily log returns, a year's worth, in percent."""
    return _deviation(bars, window) * (100.0 * float(np.sqrt(YEAR)))


def volatility_ratio(bars: Bars, short: int, long: int) -> FloatArray:
    """Return the deviation of the last days by that of many; NaN for prices that never move."""
    usual = _deviation(bars, long)
    return _deviation(bars, short) / np.where(usual > 0, usual, np.nan)


def downside(bars: Bars, window: int) -> FloatArray:
    """Return the root of the mean squared fall, a year's worth, in percent.

    Source: Sortino and van der Meer, Downside Risk (1991), with a target of zero.
    """
    falls = np.minimum(bars.log_return, 0.0)
    return 100.0 * np.sqrt(YEAR * rolling_mean(falls * falls, window))


def max_drawdown(bars: Bars, window: int) -> FloatArray:
    """Return the deepest fall from a former close within the window, in percent: at most 0."""
    rows = len(bars.close) - window + 1
    made = np.full_like(bars.close, np.nan)
    if rows <= 0:
        return made
    highest, deepest = bars.close[:rows].copy(), np.zeros((rows, bars.close.shape[1]))
    for offset in range(window):
        here = bars.close[offset : offset + rows]
        np.maximum(highest, here, out=highest)
        np.minimum(deepest, here / highest, out=deepest) if offset else np.divide(here, highest, out=deepest)
    whole = np.isfinite(rolling_max(bars.close, window)[window - 1 :])
    made[window - 1 :] = np.where(whole, 100.0 * (deepest - 1.0), np.nan)
    return made


def skewness(bars: Bars, window: int) -> FloatArray:
    """Return the skewness of daily log returns; NaN for prices that never move."""
    returns = bars.log_return
    squares = returns * returns
    mean, square, cube = (rolling_mean(values, window) for values in (returns, squares, squares * returns))
    spread = rolling_deviation(returns, window)
    third = cube - 3.0 * mean * square + 2.0 * mean * mean * mean
    return third / np.where(spread > 0, spread * spread * spread, np.nan)


def _deviation(bars: Bars, window: int) -> FloatArray:
    return bars.once(("deviation", window), lambda made: rolling_deviation(made.log_return, window))
