"""Making what boosters say mean what it says: probabilities that come true as often, intervals that hold as many.

Sources: Platt, Probabilistic outputs for support vector machines (1999); Romano, Patterson and Candès, Conformalized quantile
regression (2019), with scores in widths of the interval.
"""

import numpy as np
from numpy.typing import NDArray

from shared.domain.panels.panel import FloatArray

_STEPS = 50
_PRIOR = 1e-3
_NARROWEST = -0.4
"""An interval may lose at most four fifths of its width."""
_LEAST_SPREAD = 1e-4
"""An interval is taken to be a hundredth of a percent wide at least, or a price that stands still would make every other's endless."""
_LEAST_SCORES = 1e-9


def logit(share: float) -> float:
    """Return the log odds of a share, which is kept away from 0 and 1."""
    kept = min(max(share, 1e-6), 1 - 1e-6)
    return float(np.log(kept / (1 - kept)))


def platt(raw: FloatArray, won: NDArray[np.bool_]) -> tuple[float, float]:
    """Return `(slope, intercept)` of the logistic curve through raw scores; without a rising curve, 0 and the base rate's log odds."""
    spread = float(raw.std()) if len(raw) else 0.0
    flat = (0.0, logit(float(won.mean()) if len(won) else 0.5))
    if spread < _LEAST_SCORES or won.all() or not won.any():
        return flat
    middle = float(raw.mean())
    slope, intercept = _fitted((raw - middle) / spread, won.astype(np.float64))
    return (slope / spread, intercept - slope * middle / spread) if slope > 0 else flat


def _fitted(standing: FloatArray, won: FloatArray) -> tuple[float, float]:
    """Return the most likely slope and intercept, by Newton's steps."""
    columns = np.stack([standing, np.ones(len(standing))], axis=1)
    found = np.array([0.0, logit(float(won.mean()))])
    for _ in range(_STEPS):
        likely = chance(columns @ found)
        gradient = columns.T @ (won - likely) - _PRIOR * found * [1, 0]
        curvature = (columns * (likely * (1 - likely))[:, None]).T @ columns + np.diag([_PRIOR, 1e-9])
        step = np.linalg.solve(curvature, gradient)
        found = found + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    return float(found[0]), float(found[1])


def chance(log_odds: FloatArray) -> FloatArray:
    """Return probabilities of log odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -500, 500))))


def width_of(lower: FloatArray, upper: FloatArray, labels: FloatArray, coverage: float) -> float:
    """Return by what share of their own width intervals have to grow on both sides to hold `coverage` of the labels."""
    spread = np.maximum(upper - lower, _LEAST_SPREAD)
    missed = np.sort(np.maximum(lower - labels, labels - upper) / spread)
    rank = min(int(np.ceil((len(missed) + 1) * coverage)), len(missed))
    return max(float(missed[rank - 1]), _NARROWEST)


def widened(lower: FloatArray, upper: FloatArray, width: float) -> tuple[FloatArray, FloatArray]:
    """Return intervals that have grown on both sides by a share of their width."""
    grown = width * np.maximum(upper - lower, _LEAST_SPREAD)
    return lower - grown, upper + grown
