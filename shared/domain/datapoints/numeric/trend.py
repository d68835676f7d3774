"""Trends: how steadily a price has risen, and the aggregate of many horizons.

Sources: Fieberg, Liedtke, Poddig, Walker, Zaremba, A Trend Factor for the Cross-Section of Cryptocurrency Returns (2023): prices
against their means of many horizons together tell more than any past return; Moskowitz, Ooi, Pedersen, Time Series Momentum (2012).
"""

from collections.abc import Sequence

import numpy as np

from .bars import Bars
from .windows import FloatArray, rolling_deviation, rolling_mean

RISK_DAYS = 30


def slope_t(values: FloatArray, window: int) -> FloatArray:
    """Return the t value of the slope of a line through a window; NaN for a perfect line or equal values, at most 100 either way."""
    centred: FloatArray = np.arange(window, dtype=np.float64) - (window - 1) / 2.0
    spread = float(np.sum(centred * centred))
    covered = _weighted(values, centred)
    slope = covered / spread
    rest = rolling_deviation(values, window) ** 2 * window - slope * covered
    error = np.sqrt(np.maximum(rest, 0.0) / (window - 2) / spread)
    return np.clip(slope / np.where(error > 1e-14, error, np.nan), -100.0, 100.0)


def slope_of_closes(bars: Bars, window: int) -> FloatArray:
    """Return the t value of the slope of log closes."""
    return slope_t(bars.once("log_close", lambda made: np.log(made.close)), window)


def aggregate(bars: Bars, horizons: Sequence[int]) -> FloatArray:
    """Return the mean over horizons of how far the close is above its mean, in what is usual over the horizon; -1 to 1.

    What is usual is taken from the last 30 days, or as many as there are from 10 on; NaN where prices never move.
    """
    # Before the longest mean is known there is nothing to make.
    rows = len(bars.close) - max(horizons) + 1
    made = np.full_like(bars.close, np.nan)
    if rows > 0:
        close, risk = bars.close[-rows:], _recent_risk(bars, rows)
        parts = [np.tanh(np.log(close / _mean(bars, days)[-rows:]) / (risk * np.sqrt(days))) for days in horizons]
        total: FloatArray = sum(parts[1:], parts[0])
        made[-rows:] = total / float(len(parts))
    return made


def distance(bars: Bars, window: int) -> FloatArray:
    """Return how far the close is above its mean, in percent."""
    return 100.0 * (bars.close / _mean(bars, window) - 1.0)


def cross(bars: Bars, fast: int, slow: int) -> FloatArray:
    """Return how far the faster mean is above the slower one, in percent."""
    return 100.0 * (_mean(bars, fast) / _mean(bars, slow) - 1.0)


def _mean(bars: Bars, window: int) -> FloatArray:
    return bars.once(("mean", window), lambda made: rolling_mean(made.close, window))


def _recent_risk(bars: Bars, rows: int) -> FloatArray:
    few = rows + RISK_DAYS < len(bars.close) // 2
    return (bars.last(rows + RISK_DAYS) if few else bars).once("risk", _risk)[-rows:]


def _risk(bars: Bars) -> FloatArray:
    long, short = rolling_deviation(bars.log_return, RISK_DAYS), rolling_deviation(bars.log_return, 9)
    risk = np.where(np.isfinite(long), long, short)
    return np.where(risk > 0, risk, np.nan)


def _weighted(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted sum of each window, the first weight for its oldest value."""
    rows = len(values) - len(weights) + 1
    made = np.full_like(values, np.nan)
    if rows > 0:
        total = np.zeros_like(values[:rows])
        for offset, weight in enumerate(weights):
            total += weight * values[offset : offset + rows]
        made[len(weights) - 1 :] = total
    return made
