"""How durable a token is: size, liquidity, stability, drawdown and age. All results are (tokens,)."""

from collections.abc import Mapping

import numpy as np

from shared.domain.panels.panel import FloatArray

from .inputs import Inputs
from .series import deviation, last_rows, log, median


def durability_measures(inputs: Inputs) -> Mapping[str, FloatArray]:
    """Return the measures by part; NaN where unknown."""
    volume = median(last_rows(inputs.volume, 30), least=15)
    return {
        "size": log(median(last_rows(inputs.cap, 30), least=15)),
        "liquidity": log(1 + volume),
        "stability": -deviation(last_rows(inputs.returns, 90), least=60),
        "drawdown": _drawdown(last_rows(inputs.close, 365)),
        "age": log(inputs.age_days),
    }


def _drawdown(close: FloatArray) -> FloatArray:
    """Return the log of the deepest fall below a former close, 0 at most."""
    level = np.where(np.isfinite(close), close, 0.0)
    highest = np.maximum.accumulate(level, axis=0)
    known = (level > 0) & (highest > 0)
    left = np.where(known, level / np.where(highest > 0, highest, 1.0), 1.0).min(axis=0)
    return np.where(np.isfinite(close).sum(axis=0) >= 90, log(left), np.nan)
