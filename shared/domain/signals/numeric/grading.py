"""How often signals were right, with intervals; the same code for every signal that was ever emitted.

Why intervals are made so, and how often they hold chance on noise: docs/decisions/0031-intervals-of-the-track-record.md.

Sources: Grinold and Kahn, Active Portfolio Management (1999), information coefficient; Brier, Verification of forecasts expressed in
terms of probability (1950); Efron and Tibshirani, An Introduction to the Bootstrap (1993), jackknife; Bell and McCaffrey (2002), that
unequal and few clusters leave fewer degrees of freedom.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared.domain.datapoints.numeric.windows import FloatArray
from shared.domain.signals.emitting import is_hit
from shared.domain.signals.rules import BLOCK_DAYS, INTERVAL, LEAST_BLOCKS
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
    blocks: float
    """Blocks of days, unequal ones counting less: so many that their intervals are as wide as of equal ones."""
    intervals: Literal["told", "too_few_blocks"]
    hit_rate: Measured
    information_coefficient: Measured
    """Correlation of signed ranks of the score and the return after it, both about 0."""
    brier: Measured
    """Mean squared error of the stated probability; 0.25 is what a coin has."""
    mean_return_pct: Measured
    """In the signal's direction, without costs."""


def record_of(signals: Sequence[Graded]) -> Record:
    """Return how signals did."""
    if not signals:
        return Record(0, 0, 0.0, "too_few_blocks", *(Measured(None, None, None) for _ in range(4)))
    hit = np.array([is_hit(each) for each in signals], dtype=np.float64)
    stated = np.array([each.probability for each in signals])
    score = np.array([each.score for each in signals])
    moved = np.array([each.exit_usd / each.entry_usd - 1.0 for each in signals])
    way = np.where([each.direction == "bullish" for each in signals], 1.0, -1.0)
    days = np.array([each.emitted_at.date().toordinal() for each in signals])
    blocks = _Blocks.of(days)
    return Record(
        graded=len(signals),
        days=len(np.unique(days)),
        blocks=round(blocks.effective, 1),
        intervals="told" if blocks.suffice else "too_few_blocks",
        hit_rate=blocks.mean(hit, 0.0, 1.0),
        information_coefficient=blocks.coefficient(signed_ranks(score), signed_ranks(moved)),
        brier=blocks.mean((stated - hit) ** 2, 0.0, 1.0),
        mean_return_pct=blocks.mean(100.0 * way * moved, -math.inf),
    )


def ranks(values: FloatArray) -> FloatArray:
    """Return ranks from 1 on; equal values share theirs."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    made: FloatArray = (last - (count - 1) / 2.0)[place]
    return made


def signed_ranks(values: FloatArray) -> FloatArray:
    """Return the ranks of the sizes, with the signs of the values."""
    made: FloatArray = np.sign(values) * ranks(np.abs(values))
    return made


@dataclass(frozen=True, slots=True)
class _Blocks:
    """Signals by the block of days in which they were emitted; every figure is made of sums, and again without each block."""

    member: NDArray[np.int64]
    counts: FloatArray

    @classmethod
    def of(cls, days: NDArray[np.int64]) -> "_Blocks":
        _, member = np.unique((days - days.min()) // BLOCK_DAYS, return_inverse=True)
        return cls(member, np.bincount(member).astype(np.float64))

    @property
    def effective(self) -> float:
        """Return how many equal blocks these are worth."""
        return float(self.counts.sum() ** 2 / np.square(self.counts).sum())

    @property
    def suffice(self) -> bool:
        return self.effective >= LEAST_BLOCKS

    def mean(self, values: FloatArray, least: float, most: float = math.inf) -> Measured:
        sums = self._sums(values)
        value = float(values.mean())
        if not self.suffice:
            return Measured(value, None, None)
        return self._measured(value, (sums.sum() - sums) / (self.counts.sum() - self.counts), least, most)

    def coefficient(self, a: FloatArray, b: FloatArray) -> Measured:
        """Return the correlation about 0; the ranks of the whole stand for those without a block."""
        sums = np.stack([self._sums(values) for values in (a * a, b * b, a * b)])
        value = float(_about_zero(sums.sum(axis=1)))
        if len(a) < _LEAST_SIGNALS or math.isnan(value):
            return Measured(None, None, None)
        if not self.suffice:
            return Measured(value, None, None)
        return self._measured(value, _about_zero(sums.sum(axis=1, keepdims=True) - sums), -1.0, 1.0)

    def _sums(self, values: FloatArray) -> FloatArray:
        made: FloatArray = np.bincount(self.member, weights=values).astype(np.float64)
        return made

    def _measured(self, value: float, without: FloatArray, least: float, most: float) -> Measured:
        """Return the figure with its interval.

        Neighbours share a horizon of returns and weeks of what scores are made of: a pair of blocks gives one degree of freedom.
        """
        if not np.isfinite(without).all():
            return Measured(value, None, None)
        share = (len(without) - 1) / len(without)
        deviation = math.sqrt(share * float(np.square(without - without.mean()).sum()))
        reach = student(self.effective / 2.0) * deviation
        return Measured(value, max(least, value - reach), min(most, value + reach))


def _about_zero(sums: FloatArray) -> FloatArray:
    aa, bb, ab = sums
    spread = np.sqrt(aa * bb)
    made: FloatArray = np.where(spread > 0.0, ab / np.where(spread > 0.0, spread, 1.0), np.nan)
    return made


def student(freedom: float) -> float:
    """Return how many deviations the ends of an interval of `INTERVAL` are away, of one degree of freedom or more, not only whole ones.

    The density of Student's distribution in the angle whose tangent is t over the root of the degrees is a power of its cosine.
    """
    angle = np.linspace(0.0, math.pi / 2.0, 20_001)
    density = np.cos(angle) ** (freedom - 1.0)
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2.0)])
    return math.sqrt(freedom) * math.tan(float(np.interp(INTERVAL * below[-1], below, angle)))
