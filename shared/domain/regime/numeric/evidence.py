"""Whether the market has regimes at all: a random walk has none, however often a model finds three states in it."""

import numpy as np

from shared.domain.panels.panel import FloatArray

HORIZON_DAYS = 40
LEAST_DAYS = 365


def evidence_of(log_return: FloatArray) -> float:
    """Return how sure it is that moves persist, 0 to 1: 0 up to one standard error of the variance ratio over a random walk's, 1 from three.

    Source: Lo and MacKinlay, Stock market prices do not follow random walks (1988), the statistic that bears changing volatility.
    """
    score = variance_ratio_score(log_return)
    return 0.0 if score is None else float(np.clip((score - 1.0) / 2.0, 0.0, 1.0))


def variance_ratio_score(log_return: FloatArray, horizon: int = HORIZON_DAYS) -> float | None:
    """Return by how many standard errors the variance of `horizon` days exceeds that many times the variance of one.

    `None` for less than a year, or a market that does not move.
    """
    moves = log_return[np.isfinite(log_return)]
    if len(moves) < LEAST_DAYS:
        return None
    moves = moves - moves.mean()
    squares = np.square(moves)
    total = float(squares.sum())
    if total < 1e-12:
        return None
    excess = variance = 0.0
    for lag in range(1, horizon):
        weight = 2.0 * (horizon - lag) / horizon
        excess += weight * float(moves[lag:] @ moves[:-lag]) / total
        variance += weight**2 * float(squares[lag:] @ squares[:-lag]) / total**2
    return float(excess / np.sqrt(variance)) if variance > 0 else None
