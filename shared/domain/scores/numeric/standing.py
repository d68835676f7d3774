"""Where a token stands among all others."""

import numpy as np

from shared.domain.panels.panel import FloatArray
from shared.domain.scores.methodology import LEAST_TO_COMPARE, WINSORISED_AT

_MIDDLE = 50.0
_STEP = _MIDDLE / WINSORISED_AT
_NORMAL_BY_MEDIAN = 1.4826
_NORMAL_BY_MEAN = 1.2533
"""A normal distribution's standard deviation in terms of its median and of its mean absolute deviation."""


def standing(values: FloatArray, among: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> FloatArray:
    """Return (tokens,) places of 0 to 100, 50 at the median, winsorised; NaN where unknown or not among those compared.

    Args:
        values: (tokens,) more is better.
        among: (tokens,) which are compared.
    """
    known = np.isfinite(values) & among
    if known.sum() < LEAST_TO_COMPARE:
        return np.full(values.shape, np.nan)
    away = np.where(known, values, 0.0) - np.median(values[known])
    scale = _scale(np.abs(away[known]))
    if scale <= np.finfo(np.float64).tiny:
        return np.where(known, _MIDDLE, np.nan)
    cut = np.clip(away / scale, -WINSORISED_AT, WINSORISED_AT)
    return np.where(known, _MIDDLE + _STEP * cut, np.nan)


def _scale(away: FloatArray) -> float:
    """Return a robust standard deviation; where more than half are equal the mean distance stands in."""
    by_median = _NORMAL_BY_MEDIAN * float(np.median(away))
    return by_median or _NORMAL_BY_MEAN * float(np.mean(away))
