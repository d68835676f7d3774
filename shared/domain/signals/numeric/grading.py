"""How often signals were right, with intervals; the same code for every signal that was ever emitted.

Sources: Grinold and Kahn, Active Portfolio Management (1999), information coefficient; Brier, Verification of forecasts expressed in
terms of probability (1950); Efron and Tibshirani, An Introduction to the Bootstrap (1993), deviation over clusters; Hill (1970) for the
quantile of Student's distribution by as many degrees of freedom as there are blocks beyond one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from shared.domain.datapoints.numeric.windows import FloatArray
from shared.domain.signals.emitting import is_hit
from shared.domain.signals.rules import BLOCK_DAYS, BOOTSTRAP_SEED, BOOTSTRAPS, INTERVAL, LEAST_BLOCKS
from shared.records.signals import Graded

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
    blocks, member = np.unique((days - days.min()) // BLOCK_DAYS, return_inverse=True)
    drawn = np.random.default_rng(BOOTSTRAP_SEED).integers(0, len(blocks), (BOOTSTRAPS, len(blocks)))
    clusters = _Clusters(member, drawn, len(blocks))
    rate = clusters.mean(hit, 0.0, 1.0)
    order = clusters.correlation(ranks(score), ranks(moved))
    brier = clusters.mean((stated - hit) ** 2, 0.0, 1.0)
    return Record(len(signals), len(np.unique(days)), rate, order, brier, clusters.mean(100.0 * way * moved, -math.inf))


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
    """Signals by the block of days in which they were emitted, and which blocks each bootstrap draws; every figure is made of sums."""

    member: NDArray[np.int64]
    drawn: NDArray[np.int64]
    blocks: int

    def mean(self, values: FloatArray, least: float, most: float = math.inf) -> Measured:
        sums, counts = self._by_block(values), self._by_block(np.ones_like(values))
        tried = sums[self.drawn].sum(axis=1) / counts[self.drawn].sum(axis=1)
        return self._measured(float(values.mean()), tried, least, most)

    def correlation(self, a: FloatArray, b: FloatArray) -> Measured:
        """Return the correlation; the ranks of the whole stand for those of each draw."""
        parts = [self._by_block(values) for values in (np.ones_like(a), a, b, a * a, b * b, a * b)]
        moments = np.stack(parts, axis=-1)
        tried = correlation(moments[self.drawn].sum(axis=1))
        return self._measured(float(correlation(moments.sum(axis=0))), tried, -1.0, 1.0)

    def _by_block(self, values: FloatArray) -> FloatArray:
        made: FloatArray = np.bincount(self.member, weights=values, minlength=self.blocks).astype(np.float64)
        return made

    def _measured(self, value: float, tried: FloatArray, least: float, most: float) -> Measured:
        """Return the figure with its interval: of few blocks quantiles of the draws would be far too narrow."""
        known = tried[np.isfinite(tried)]
        if self.blocks < LEAST_BLOCKS or np.isnan(value) or not len(known):
            return Measured(None if np.isnan(value) else value, None, None)
        # Draws deviate less than blocks do, by the one degree of freedom that their mean takes.
        freedom = self.blocks - 1
        reach = student(freedom) * float(known.std()) * math.sqrt(self.blocks / freedom)
        return Measured(value, max(least, value - reach), min(most, value + reach))


def student(freedom: int) -> float:
    """Return how many deviations the ends of an interval of `INTERVAL` are away; to a hundredth from three degrees of freedom on."""
    z = NormalDist().inv_cdf((1.0 + INTERVAL) / 2.0)
    terms = (
        (z**3 + z) / 4.0,
        (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / 96.0,
        (3.0 * z**7 + 19.0 * z**5 + 17.0 * z**3 - 15.0 * z) / 384.0,
        (79.0 * z**9 + 776.0 * z**7 + 1482.0 * z**5 - 1920.0 * z**3 - 945.0 * z) / 92160.0,
    )
    reach: float = z + sum(term / freedom**power for power, term in enumerate(terms, 1))
    return reach
