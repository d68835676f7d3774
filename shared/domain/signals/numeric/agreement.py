"""Which categories agree, and how many independent votes that amounts to.

Source of the effective number: the variance of a mean of correlated votes (Kish's design effect): (Σw)² ÷ wᵀRw.
"""

from dataclasses import dataclass

import numpy as np

from shared.domain.datapoints.numeric.windows import FlagArray, FloatArray
from shared.domain.signals.rules import (
    CONFIDENT,
    EVEN_WEIGHT,
    LEAST_PAIRS,
    SAYS,
    UNKNOWN_CORRELATION,
    VETO_CONFIDENCE,
    VETO_SCORE,
)

from .scoring import Scores, composite


@dataclass(frozen=True, slots=True)
class Agreement:
    """What categories say together, by tokens."""

    composite: FloatArray
    agreeing: FlagArray
    """(categories, tokens): those that say the same as the composite."""
    opposing: FlagArray
    vetoed: FlagArray
    """(tokens,): a category is sure of the contrary."""
    effective: FloatArray
    """Independent votes among those that agree; 0 where none does."""
    correlation: FloatArray
    """(categories, categories), 0 to 1."""


def agreed(scores: Scores) -> Agreement:
    """Return who agrees with the composite."""
    whole = composite(scores)
    says = (np.abs(np.nan_to_num(scores.score)) >= SAYS) & (scores.confidence >= CONFIDENT)
    same = np.sign(np.nan_to_num(scores.score)) == np.sign(np.nan_to_num(whole))
    agreeing, opposing = says & same, says & ~same
    sure = opposing & (np.abs(np.nan_to_num(scores.score)) >= VETO_SCORE) & (scores.confidence >= VETO_CONFIDENCE)
    correlation = correlations(scores.score)
    return Agreement(
        composite=whole,
        agreeing=agreeing,
        opposing=opposing,
        vetoed=sure.any(axis=0),
        effective=effective_number(np.where(agreeing, scores.confidence, 0.0), correlation),
        correlation=correlation,
    )


def effective_number(weights: FloatArray, correlation: FloatArray) -> FloatArray:
    """Return the independent votes that weighed, correlated ones amount to: n for n independent ones, 1 for n equal ones.

    Args:
        weights: (categories, tokens), 0 for those that do not count.
        correlation: (categories, categories).
    """
    total = weights.sum(axis=0)
    together = np.einsum("it,ij,jt->t", weights, correlation, weights)
    return np.where(total > 0, total * total / np.where(together > 0, together, 1.0), 0.0)


def correlations(score: FloatArray) -> FloatArray:
    """Return how alike categories judge the tokens of this moment, 0 to 1, drawn half way to `UNKNOWN_CORRELATION`.

    A negative correlation counts as none: contradiction makes no vote worth more than one.
    """
    count = len(score)
    made = np.eye(count)
    for one in range(count):
        for other in range(one):
            made[one, other] = made[other, one] = _drawn(score[one], score[other])
    return made


def _drawn(one: FloatArray, other: FloatArray) -> float:
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < LEAST_PAIRS:
        return UNKNOWN_CORRELATION
    a, b = one[both] - one[both].mean(), other[both] - other[both].mean()
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    # What is the same for all tokens cannot be measured across them.
    measured = max(0.0, float((a * b).sum()) / spread) if spread > 1e-9 else UNKNOWN_CORRELATION
    return EVEN_WEIGHT * measured + (1.0 - EVEN_WEIGHT) * UNKNOWN_CORRELATION
