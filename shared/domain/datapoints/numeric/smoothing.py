"""Averages in which the past fades: exponential ones and Wilder's. They begin anew after a gap.

Source: Wilder, New Concepts in Technical Trading Systems (1978); seeds as in TA-Lib: the plain mean of the first window.
"""

import numpy as np

from .windows import FloatArray, rolling_mean, rolling_sum


def ema(values: FloatArray, window: int, *, first: int | None = None) -> FloatArray:
    """Return the exponential average, 2 ÷ (window + 1) of each new value.

    Args:
        values: (days, tokens), oldest first.
        window: Days of the mean it begins with.
        first: How many values have to be there before it begins, at least `window`; the mean is that of the last `window`.
    """
    return _faded(values, rolling_mean(values, window), first or window, 2.0 / (window + 1))


def wilder(values: FloatArray, window: int) -> FloatArray:
    """Return Wilder's average, 1 ÷ window of each new value."""
    return _faded(values, rolling_mean(values, window), window, 1.0 / window)


def wilder_sum(values: FloatArray, window: int) -> FloatArray:
    """Return Wilder's sum: each day it loses its `window`-th part and gains the new value; it begins with window − 1 values."""
    starts = run_length(values) == window - 1
    starting = starts.any(axis=1)
    seeds = rolling_sum(values, window - 1)
    made = np.full_like(values, np.nan)
    state = np.full(values.shape[1], np.nan)
    kept = 1.0 - 1.0 / window
    for row, value in enumerate(values):
        state *= kept
        state += value
        made[row] = state
        if starting[row]:
            np.copyto(state, seeds[row], where=starts[row])
    return made


def run_length(values: FloatArray) -> FloatArray:
    """Return how many values in a row are known, up to each row."""
    rows = np.arange(1.0, len(values) + 1.0)[:, None]
    return rows - np.maximum.accumulate(np.where(np.isfinite(values), 0.0, rows), axis=0)


def _faded(values: FloatArray, seeds: FloatArray, first: int, share: float) -> FloatArray:
    starts = run_length(values) == first
    starting = starts.any(axis=1)
    made = np.empty(values.shape)
    state = np.full(values.shape[1], np.nan)
    kept = 1.0 - share
    for row, value in enumerate(values * share):
        state *= kept
        state += value
        if starting[row]:
            np.copyto(state, seeds[row], where=starts[row])
        made[row] = state
    return made
