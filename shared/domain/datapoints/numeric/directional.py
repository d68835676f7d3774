"""Directional movement: whether days reach further up or further down, and the true range.

Source: Wilder, New Concepts in Technical Trading Systems (1978).
"""

import numpy as np

from .bars import Bars
from .smoothing import wilder, wilder_sum
from .windows import FloatArray, lagged, ratio, rolling_max, rolling_min, rolling_sum


def true_range(bars: Bars) -> FloatArray:
    """Return the range of a day together with the close before; NaN on the first."""

    def made(bars: Bars) -> FloatArray:
        before = lagged(bars.close, 1)
        return np.maximum(bars.high, before) - np.minimum(bars.low, before)

    return bars.once("true_range", made)


def average_true_range(bars: Bars, window: int) -> FloatArray:
    """Return Wilder's average of true ranges, in dollars."""
    return bars.once(("atr", window), lambda made: wilder(true_range(made), window))


def range_share(bars: Bars, window: int) -> FloatArray:
    """Return the average true range in percent of the close."""
    return 100.0 * average_true_range(bars, window) / bars.close


def plus(bars: Bars, window: int) -> FloatArray:
    """Return +DI, 0 to 100; NaN where nothing moved."""
    return bars.once(("plus", window), lambda made: _indicator(made, _moves(made, up=True), window))


def minus(bars: Bars, window: int) -> FloatArray:
    """Return −DI, 0 to 100; NaN where nothing moved."""
    return bars.once(("minus", window), lambda made: _indicator(made, _moves(made, up=False), window))


def balance(bars: Bars, window: int) -> FloatArray:
    """Return (+DI − −DI) ÷ (+DI + −DI)."""
    up, down = plus(bars, window), minus(bars, window)
    return ratio(up - down, up + down)


def strength(bars: Bars, window: int) -> FloatArray:
    """Return the average directional index, 0 to 100: how one-sided, whichever side."""
    return wilder(100.0 * np.abs(balance(bars, window)), window)


def choppiness(bars: Bars, window: int) -> FloatArray:
    """Return 100 when all ways were walked twice, 0 for a straight one.

    Source: Dreiss, choppiness index (1993).
    """
    walked = rolling_sum(true_range(bars), window)
    reach = rolling_max(bars.high, window) - rolling_min(bars.low, window)
    quotient = ratio(walked, reach)
    return np.log(np.where(quotient > 0, quotient, np.nan)) * 100.0 / float(np.log(window))


def _moves(bars: Bars, *, up: bool) -> FloatArray:
    """Return how far a day reaches beyond the one before, nothing where it reaches further the other way."""
    rise = bars.once("rise of highs", lambda made: made.high - lagged(made.high, 1))
    fall = bars.once("fall of lows", lambda made: lagged(made.low, 1) - made.low)
    this, other = (rise, fall) if up else (fall, rise)
    moved = np.where((this > 0) & (this > other), this, 0.0)
    return np.where(np.isnan(this + other), np.nan, moved)


def _indicator(bars: Bars, moves: FloatArray, window: int) -> FloatArray:
    return 100.0 * ratio(
        wilder_sum(moves, window), bars.once(("ranges", window), lambda made: wilder_sum(true_range(made), window))
    )
