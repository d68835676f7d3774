"""The probability of backtest overfitting, by combinatorially symmetric cross-validation.

Source: Bailey, Borwein, López de Prado, Zhu, The Probability of Backtest Overfitting (2015); SSRN 2326253.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from shared.domain.panels.panel import FloatArray

BLOCKS = 16


@dataclass(frozen=True, slots=True)
class Overfitting:
    """How choosing the best of several strategies by half of the days did on the other half."""

    probability: float
    """Of the chosen one being below the median of all out of sample."""
    splits: int
    strategies: int
    loss_probability: float
    """Of the chosen one having a Sharpe ratio below 0 out of sample."""
    degradation: float
    """Slope of the Sharpe ratio out of sample over the one in sample."""


def overfitting(returns: FloatArray, *, blocks: int = BLOCKS) -> Overfitting | None:
    """Return the probability of backtest overfitting of choosing among strategies by their Sharpe ratios.

    Args:
        returns: (days, strategies), at least two strategies.
        blocks: Even number of parts that the days are cut into; every half of them is once what is chosen by.

    Returns:
        `None` where there are less than two strategies or less than four days in a block.
    """
    size = returns.shape[0] // blocks
    if returns.ndim != 2 or returns.shape[1] < 2 or size < 4:
        return None
    parts = returns[-size * blocks :].reshape(blocks, size, -1)
    halves = _halves(blocks)
    inside, outside = _sharpes(parts, halves), _sharpes(parts, ~halves)
    best = inside.argmax(axis=1)
    rows = np.arange(len(halves))
    chosen = outside[rows, best]
    # Equal ones share a rank, so that a family of identical strategies is neither luck nor skill.
    below = (outside < chosen[:, None]).sum(axis=1)
    equal = (outside == chosen[:, None]).sum(axis=1)
    rank = (below + (equal + 1) / 2.0) / (returns.shape[1] + 1.0)
    mid = np.where(rank == 0.5, 0.5, 0.0)
    return Overfitting(
        probability=float(((rank < 0.5) + mid).mean()),
        splits=len(halves),
        strategies=returns.shape[1],
        loss_probability=float((chosen < 0).mean()),
        degradation=_slope(inside[rows, best], chosen),
    )


def _halves(blocks: int) -> NDArray[np.bool_]:
    chosen = np.array(list(combinations(range(blocks), blocks // 2)))
    halves = np.zeros((len(chosen), blocks), dtype=bool)
    halves[np.arange(len(chosen))[:, None], chosen] = True
    return halves


def _sharpes(parts: FloatArray, taken: NDArray[np.bool_]) -> FloatArray:
    """Return (splits, strategies) ratios of one period over the blocks that each split takes."""
    weights = taken.astype(np.float64)
    count = parts.shape[1] * weights.sum(axis=1, keepdims=True)
    mean = weights @ parts.sum(axis=1) / count
    square = weights @ (parts**2).sum(axis=1) / count
    deviation = np.sqrt(np.maximum(square - mean**2, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(deviation > 1e-15, mean / deviation, 0.0)


def _slope(x: FloatArray, y: FloatArray) -> float:
    spread = float(x.var())
    return float(((x - x.mean()) * (y - y.mean())).mean() / spread) if spread > 0 else 0.0
