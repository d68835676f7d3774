"""Weighted means of what is known, and what each part has in them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.panels.panel import FloatArray


@dataclass(frozen=True, slots=True)
class Composite:
    """Scores and what they are made of; NaN in all of it where too little is known."""

    score: FloatArray
    """(tokens,)."""
    weights: FloatArray
    """(parts, tokens) as they were; 0 for an unknown part."""
    contributions: FloatArray
    """(parts, tokens); a column adds up to the score."""
    coverage: FloatArray
    """(tokens,) share of the full weights whose parts are known."""


def composed(values: FloatArray, weights: Sequence[float], *, least_coverage: float) -> Composite:
    """Return the weighted mean of (parts, tokens) values, the weights of unknown parts shared among the known ones."""
    known = np.isfinite(values)
    full = np.asarray(weights, dtype=np.float64)[:, None]
    coverage = (known * full).sum(axis=0)
    # A part's weight less than what is needed must not be lost to the last binary digit.
    enough = coverage >= least_coverage - 1e-9
    had = np.where(known, full, 0.0) / np.where(enough, coverage, np.nan)
    contributions = np.where(known, values, 0.0) * had
    return Composite(contributions.sum(axis=0), had, contributions, coverage)
