"""Weights of an index: by capitalisation, none over the cap."""

import numpy as np

from shared.domain.indices.rules import Weighting
from shared.domain.panels.panel import FloatArray


def raw_weights(caps: FloatArray, weighting: Weighting) -> FloatArray:
    """Return weights that add up to 1 before any cap, of tokens with these capitalisations."""
    if weighting == "equal":
        return np.full(caps.shape, 1.0 / max(caps.size, 1))
    basis = np.sqrt(caps) if weighting == "root_market_cap" else caps
    shares: FloatArray = basis / basis.sum() if caps.size else basis
    return shares


def capped(weights: FloatArray, cap: float) -> FloatArray:
    """Return the weights with none over `cap`; what is cut off goes to the others in proportion, until none is over.

    Where even equal weights would be over the cap, each has the cap and the rest is not invested.
    """
    if weights.size == 0 or weights.size * cap <= 1.0:
        return np.full(weights.shape, cap if weights.size * cap < 1.0 else 1.0 / max(weights.size, 1))
    result = weights.copy()
    full = np.zeros(weights.shape, dtype=bool)
    while (over := (result > cap) & ~full).any():
        full |= over
        free = ~full
        result[full] = cap
        result[free] = weights[free] * ((1.0 - cap * full.sum()) / weights[free].sum())
    return result
