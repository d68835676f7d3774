"""Rises against falls, by Wilder's averages.

Source: Wilder, New Concepts in Technical Trading Systems (1978); Chande, The New Technical Trader (1994).
"""

import numpy as np

from .bars import Bars
from .smoothing import wilder
from .windows import FloatArray, lagged


def relative_strength(bars: Bars, window: int) -> FloatArray:
    """Return the relative strength index, 0 to 100; NaN where nothing moved."""
    rise, fall = _averages(bars, window)
    return 100.0 * rise / _moved(rise + fall)


def momentum_oscillator(bars: Bars, window: int) -> FloatArray:
    """Return Chande's momentum oscillator, -100 to 100; NaN where nothing moved."""
    rise, fall = _averages(bars, window)
    return 100.0 * (rise - fall) / _moved(rise + fall)


def _averages(bars: Bars, window: int) -> tuple[FloatArray, FloatArray]:
    change = bars.once("change", lambda made: made.close - lagged(made.close, 1))
    rise = bars.once(("rise", window), lambda _: wilder(np.maximum(change, 0.0), window))
    fall = bars.once(("fall", window), lambda _: wilder(np.maximum(-change, 0.0), window))
    return rise, fall


def _moved(total: FloatArray) -> FloatArray:
    return np.where(total > 0, total, np.nan)
