"""Sums, extremes and deviations of moving windows, whose values depend on nothing but the window.

A window's sum is added up from sums of 2, 4, 8 … days, so that it costs a few passes over the array however long it is, a missing
value spoils only the windows it lies in, and the same window gives the same bits wherever the array begins or ends.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
FlagArray = NDArray[np.bool_]
_Pairwise = Callable[[FloatArray, FloatArray], FloatArray]

KNOWN_SHARE = 0.8
"""Of a window's volumes, so many have to be known."""


def rolling_sum(values: FloatArray, window: int) -> FloatArray:
    """Return the sum of each row and the `window - 1` before it; NaN where one is unknown."""
    rows = len(values) - window + 1
    if rows <= 0:
        return np.full_like(values, np.nan)
    total: FloatArray | None = None
    power, covered, left = values, 0, window
    while left:
        if left & 1:
            part = power[covered : covered + rows]
            total = part if total is None else total + part
            covered += len(values) - len(power) + 1
        left >>= 1
        if left:
            span = len(values) - len(power) + 1
            power = power[:-span] + power[span:]
    return _led(values, total)


def rolling_mean(values: FloatArray, window: int) -> FloatArray:
    """Return the mean of each row and the `window - 1` before it; NaN where one is unknown."""
    return rolling_sum(values, window) / window


def rolling_max(values: FloatArray, window: int) -> FloatArray:
    """Return the largest of each row and the `window - 1` before it; NaN where one is unknown."""
    return _extreme(values, window, np.maximum)


def rolling_min(values: FloatArray, window: int) -> FloatArray:
    """Return the smallest of each row and the `window - 1` before it; NaN where one is unknown."""
    return _extreme(values, window, np.minimum)


def whole(values: FloatArray, window: int) -> FlagArray:
    """Return of each row whether it and the `window - 1` before it are all known."""
    known: FlagArray = np.isfinite(values)
    made, span = known, 1
    while span < window:
        step = min(span, window - span)
        longer = np.zeros_like(made)
        longer[step:] = made[step:] & made[:-step]
        made, span = longer, span + step
    return made


def rolling_deviation(values: FloatArray, window: int) -> FloatArray:
    """Return the standard deviation (of the population) of each row and the `window - 1` before it; 0 for equal values."""
    mean = rolling_mean(values, window)
    square = rolling_mean(values * values, window)
    variance = square - mean * mean
    # What is left of equal values is rounding.
    return np.sqrt(np.where(variance > 1e-13 * square, variance, np.where(np.isnan(variance), np.nan, 0.0)))


def mean_of_known(values: FloatArray, window: int) -> FloatArray:
    """Return the mean of what is known of a window; NaN where less than `KNOWN_SHARE` of it is."""
    total, known = sum_of_known(values, window)
    return total / known


def sum_of_known(values: FloatArray, window: int) -> tuple[FloatArray, FloatArray]:
    """Return the sum of what is known of a window and how much that is; NaN where less than `KNOWN_SHARE` of it is."""
    known = np.isfinite(values)
    count = rolling_sum(known.astype(np.float64), window)
    total = rolling_sum(np.where(known, values, 0.0), window)
    enough = count >= KNOWN_SHARE * window
    return np.where(enough, total, np.nan), np.where(enough, count, np.nan)


def lagged(values: FloatArray, days: int) -> FloatArray:
    """Return what the values were so many rows before; NaN at first."""
    before = np.full_like(values, np.nan)
    if days < len(values):
        before[days:] = values[: len(values) - days]
    return before


def rank_in_window(values: FloatArray, window: int) -> FloatArray:
    """Return the share of each row and the `window - 1` before it that is not above it; NaN where one is unknown."""
    rows = len(values) - window + 1
    if rows <= 0:
        return np.full_like(values, np.nan)
    last = values[window - 1 :]
    count = np.zeros_like(last)
    for offset in range(window):
        count += values[offset : offset + rows] <= last
    whole = np.isfinite(rolling_sum(values, window)[window - 1 :])
    return _led(values, np.where(whole, count / window, np.nan))


def ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Return the quotient; NaN where one divides by nothing."""
    quotient = np.full(np.broadcast(above, below).shape, np.nan)
    np.divide(above, below, out=quotient, where=below != 0)
    return quotient


def _extreme(values: FloatArray, window: int, larger: _Pairwise) -> FloatArray:
    rows = len(values) - window + 1
    if rows <= 0:
        return np.full_like(values, np.nan)
    power, span = values, 1
    while span * 2 <= window:
        power = larger(power[:-span], power[span:])
        span *= 2
    rest = window - span
    return _led(values, larger(power[:-rest], power[rest:]) if rest else power)


def _led(values: FloatArray, ends: FloatArray | None) -> FloatArray:
    """Return the windows' values as rows of the array, behind the rows in which no window ends."""
    led = np.full_like(values, np.nan)
    if ends is not None:
        led[len(values) - len(ends) :] = ends
    return led
