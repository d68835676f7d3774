"""The deflated Sharpe ratio: how probable it is that a Sharpe ratio is not the best of so many worthless trials.

Source: Bailey and López de Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management 40/5 (2014); SSRN 2460551.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

from shared.domain.panels.panel import FloatArray

_EULER = 0.5772156649015329
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Moments:
    """Of a series of returns; the Sharpe ratio is that of one period, not of a year; a normal kurtosis is 3."""

    size: int
    sharpe: float
    skewness: float
    kurtosis: float


def moments(returns: FloatArray) -> Moments | None:
    """Return the moments of daily returns; `None` for less than three days or without any movement."""
    if returns.size < 3 or not returns.std() > 0:
        return None
    z = (returns - returns.mean()) / returns.std()
    sharpe = float(returns.mean() / returns.std(ddof=1))
    return Moments(returns.size, sharpe, float((z**3).mean()), float((z**4).mean()))


def expected_best(trials: int, variance: float) -> float:
    """Return the Sharpe ratio to be expected of the best of so many independent trials without any skill.

    Args:
        trials: How many were made, at least 1; one alone is expected to reach 0.
        variance: Of the trials' Sharpe ratios.
    """
    if trials < 2:
        return 0.0
    first = _NORMAL.inv_cdf(1.0 - 1.0 / trials)
    second = _NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    return math.sqrt(variance) * ((1.0 - _EULER) * first + _EULER * second)


def probabilistic_sharpe(given: Moments, benchmark: float) -> float:
    """Return the probability that the true Sharpe ratio is above the benchmark, both of one period."""
    spread = 1.0 - given.skewness * given.sharpe + (given.kurtosis - 1.0) / 4.0 * given.sharpe**2
    z = (given.sharpe - benchmark) * math.sqrt(given.size - 1) / math.sqrt(max(spread, 1e-12))
    return _NORMAL.cdf(z)


def deflated_sharpe(given: Moments, trials: int, variance: float) -> float:
    """Return the probability that the true Sharpe ratio is above what the best of the trials reaches by luck."""
    return probabilistic_sharpe(given, expected_best(trials, variance))


def trial_variance(sharpes: FloatArray, size: int) -> float:
    """Return the variance of the trials' Sharpe ratios (of one period), never below that of estimating a ratio of 0.

    Few or similar trials vary less than chance alone makes independent ones vary; to take that for knowledge would make trials free.
    """
    spread = float(sharpes.var(ddof=1)) if sharpes.size > 1 else 0.0
    return max(spread, 1.0 / max(size - 1, 1))
