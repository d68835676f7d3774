"""How often signals were right, with intervals; the same code for every signal that was ever emitted.

Sources: Grinold and Kahn, Active Portfolio Management (1999), information coefficient; Brier, Verification of forecasts expressed in
terms of probability (1950); Efron and Tibshirani, An Introduction to the Bootstrap (1993), percentile intervals over clusters.
"""

from collections.abc import Sequence
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
    days, member = np.unique([each.emitted_at.date().toordinal() for each in signals], return_inverse=True)
    drawn = np.random.default_rng(BOOTSTRAP_SEED).integers(0, len(days), (BOOTSTRAPS, len(days)))
    clusters = _Clusters(member, drawn, len(days))
    means = [clusters.mean(values) for values in (hit, (stated - hit) ** 2, 100.0 * way * moved)]
    return Record(
        len(signals), len(days), means[0], clusters.correlation(ranks(score), ranks(moved)), means[1], means[2]
    )


def correlation(moments: FloatArray) -> FloatArray:
    """Return correlations from sums over n of 1, a, b, aa, bb, ab (last axis); NaN where one never changes or n is below three."""
    n, a, b, aa, bb, ab = np.moveaxis(moments, -1, 0)
    spread = np.sqrt(np.maximum(0.0, (n * aa - a * a) * (n * bb - b * b)))
    usable = (spread > 1e-9 * np.maximum(1.0, n * aa)) & (n >= _LEAST_SIGNALS)
    made: FloatArray = np.where(usable, (n * ab - a * b) / np.where(usable, spread, 1.0), np.nan)
    return made


def ranks(values: FloatArray) -> FloatArray:
    """Return ranks from 1 on; equal values share theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    made: FloatArray = (last - (count - 1) / 2.0)[place]
    return made


@dataclass(frozen=True, slots=True)
class _Clusters:
    """Signals by their day of emission, and which days each bootstrap draws; every figure is made of sums over days."""

    member: NDArray[np.int64]
    drawn: NDArray[np.int64]
    days: int

    def mean(self, values: FloatArray) -> Measured:
        sums, counts = self._by_day(values), self._by_day(np.ones_like(values))
        tried = sums[self.drawn].sum(axis=1) / counts[self.drawn].sum(axis=1)
        return self._measured(float(values.mean()), tried)

    def correlation(self, a: FloatArray, b: FloatArray) -> Measured:
        """Return the correlation; the ranks of the whole stand for those of each draw."""
        parts = [self._by_day(values) for values in (np.ones_like(a), a, b, a * a, b * b, a * b)]
        moments = np.stack(parts, axis=-1)
        tried = correlation(moments[self.drawn].sum(axis=1))
        return self._measured(float(correlation(moments.sum(axis=0))), tried)

    def _by_day(self, values: FloatArray) -> FloatArray:
        made: FloatArray = np.bincount(self.member, weights=values, minlength=self.days).astype(np.float64)
        return made

    def _measured(self, value: float, tried: FloatArray) -> Measured:
        known = tried[np.isfinite(tried)]
        if self.days < _LEAST_DAYS or np.isnan(value) or not len(known):
            return Measured(None if np.isnan(value) else value, None, None)
        low, high = np.quantile(known, [(1 - INTERVAL) / 2, (1 + INTERVAL) / 2])
        return Measured(value, float(low), float(high))
