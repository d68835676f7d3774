"""Averages in which the past fades: exponential ones and Wilder's. They begin anew after a gap.

Source: Wilder, New Concepts in Technical Trading Systems (1978); seeds as in TA-Lib: the plain mean of the first window.
"""

import numpy as np

from .windows import FlagArray, FloatArray, rolling_mean, rolling_sum, whole


def ema(values: FloatArray, window: int, *, first: int | None = None) -> FloatArray:
    """Return the exponential average, 2 ÷ (window + 1) of each new value.

    Args:
        values: (days, tokens), oldest first.
        window: Days of the mean it begins with.
        first: How many values have to be there before it begins, at least `window`; the mean is that of the last `window`.
    """
    return _faded(values, window, first or window, 2.0 / (window + 1))


def wilder(values: FloatArray, window: int) -> FloatArray:
    """Return Wilder's average, 1 ÷ window of each new value."""
    return _faded(values, window, window, 1.0 / window)


def wilder_sum(values: FloatArray, window: int) -> FloatArray:
    """Return Wilder's sum: each day it loses its `window`-th part and gains the new value; it begins with window − 1 values."""
    seeds = _Seeds(values, window - 1, window - 1)
    made = np.empty(values.shape)
    state = np.full(values.shape[1], np.nan)
    kept = 1.0 - 1.0 / window
    for row, value in enumerate(values):
        state *= kept
        state += value
        made[row] = state
        if row in seeds.rows:
            seeds.sow(state, row)
    return made


def begins(values: FloatArray, count: int = 1) -> FlagArray:
    """Return where the `count`-th value in a row is known."""
    known = whole(values, count)
    begun: FlagArray = known.copy()
    begun[1:] &= ~known[:-1]
    return begun


def _faded(values: FloatArray, window: int, first: int, share: float) -> FloatArray:
    seeds = _Seeds(values, first, window, mean=True)
    made = values * share
    state = np.full(values.shape[1], np.nan)
    kept = 1.0 - share
    for row, value in enumerate(made):
        state *= kept
        state += value
        if row in seeds.rows:
            seeds.sow(state, row)
        made[row] = state
    return made


class _Seeds:
    """What averages begin with, made only where one begins: hardly anywhere, and of the same bits as all of them would be."""

    def __init__(self, values: FloatArray, first: int, window: int, *, mean: bool = False) -> None:
        self._values, self._window, self._mean = values, window, mean
        self._begins = begins(values, first)
        self.rows = frozenset(np.flatnonzero(self._begins.any(axis=1)).tolist())

    def sow(self, state: FloatArray, row: int) -> None:
        """Let averages begin that do so in this row."""
        columns = np.flatnonzero(self._begins[row])
        rows = slice(row - self._window + 1, row + 1)
        make = rolling_mean if self._mean else rolling_sum
        state[columns] = make(self._values[rows][:, columns], self._window)[-1]
