"""How often signals were right, with intervals; the same code for every signal that was ever emitted.

Sources: Grinold and Kahn, Active Portfolio Management (1999), information coefficient; Brier, Verification of forecasts expressed in
terms of probability (1950); Efron and Tibshirani, An Introduction to the Bootstrap (1993), percentile intervals over clusters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.datapoints.numeric.windows import FloatArray
from shared.domain.signals.emitting import is_hit
from shared.domain.signals.rules import BOOTSTRAP_SEED, BOOTSTRAPS, INTERVAL
from shared.records.signals import Graded

_LEAST_DAYS = 5
"""From fewer days of emissions no interval is drawn."""
_LEAST_SIGNALS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure, and where it lies with the probability of the interval; `None` where there is too little."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Record:
    """How a group of signals did."""

    graded: int
    days: int
    """Different days of emission: so many markets they were tried on, at most."""
    hit_rate: Measured
    information_coefficient: Measured
    """Rank correlation of the score with the return after it."""
    brier: Measured
    """Mean squared error of the stated probability; 0.25 is what a coin has."""
    mean_return_pct: Measured
    """In the signal's direction, without costs."""


def record_of(signals: Sequence[Graded]) -> Record:
    """Return how signals did."""
    if not signals:
        return Record(0, 0, *(Measured(None, None, None) for _ in range(4)))
    hit = np.array([is_hit(each) for each in signals], dtype=np.float64)
    stated = np.array([each.probability for each in signals])
    score = np.array([each.score for each in signals])
    moved = np.array([each.exit_usd / each.entry_usd - 1.0 for each in signals])
    way = np.where([each.direction == "bullish" for each in signals], 1.0, -1.0)
    days = np.array([each.emitted_at.date().toordinal() for each in signals])
    figures: list[Callable[[NDArray[np.int64]], float]] = [
        lambda at: float(hit[at].mean()),
        lambda at: rank_correlation(score[at], moved[at]),
        lambda at: float(((stated[at] - hit[at]) ** 2).mean()),
        lambda at: float((100.0 * way * moved)[at].mean()),
    ]
    return Record(len(signals), len(np.unique(days)), *(_measured(figure, days) for figure in figures))


def rank_correlation(one: FloatArray, other: FloatArray) -> float:
    """Return Spearman's correlation, equal values sharing their ranks; NaN where one of them never changes."""
    if len(one) < _LEAST_SIGNALS:
        return float("nan")
    a, b = _ranks(one), _ranks(other)
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / spread if spread > 0 else float("nan")


def _measured(figure: Callable[[NDArray[np.int64]], float], days: NDArray[np.int64]) -> Measured:
    value = figure(np.arange(len(days)))
    each = np.unique(days)
    if len(each) < _LEAST_DAYS or np.isnan(value):
        return Measured(None if np.isnan(value) else value, None, None)
    random = np.random.default_rng(BOOTSTRAP_SEED)
    members = [np.flatnonzero(days == day) for day in each]
    drawn = random.integers(0, len(each), (BOOTSTRAPS, len(each)))
    tried = np.array([figure(np.concatenate([members[day] for day in days_drawn])) for days_drawn in drawn])
    low, high = np.nanquantile(tried, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
    return Measured(value, float(low), float(high))


def _ranks(values: FloatArray) -> FloatArray:
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: FloatArray = (last - (count - 1) / 2.0)[place]
    return ranks
