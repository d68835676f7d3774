"""Information coefficients of many numbers at once: how far each one's order is the order of what came after it, and how surely.

Sources: Grinold and Kahn, Active Portfolio Management (1999); Politis and Romano, The Stationary Bootstrap (1994); Benjamini and
Hochberg (1995) and Benjamini and Yekutieli (2001), the share of false ones among discoveries.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.honesty.numeric.bootstrap import MEAN_BLOCK, stationary_rows
from shared.domain.panels.panel import FloatArray

LEAST_TOKENS = 10
"""On fewer in a day an order says nothing."""
LEAST_DAYS = 180
SAMPLES, SEED = 1_000, 20
_LEAST_PAIRS = 3


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One number's information coefficient."""

    value: float
    low: float
    high: float
    p: float
    """Two-sided, of being 0, by the bootstrap's deviation."""
    days: int


def correlation(moments: FloatArray) -> FloatArray:
    """Return correlations from sums over n of 1, a, b, aa, bb, ab (last axis); NaN where one never changes or n is below three."""
    n, a, b, aa, bb, ab = np.moveaxis(moments, -1, 0)
    spread = np.sqrt(np.maximum(0.0, (n * aa - a * a) * (n * bb - b * b)))
    usable = (spread > 1e-9 * np.maximum(1.0, n * aa)) & (n >= _LEAST_PAIRS)
    made: FloatArray = np.where(usable, (n * ab - a * b) / np.where(usable, spread, 1.0), np.nan)
    return made


def across(values: FloatArray, later: FloatArray) -> FloatArray:
    """Return (days,) rank correlations across tokens; NaN where fewer than `LEAST_TOKENS` have both, or one is the same for all.

    Args:
        values: (days, tokens).
        later: Returns after each day, of the same shape.
    """
    moments = _moments(*_ranked(values, later, axis=1))
    moments[moments[:, :, 0].sum(axis=1) < LEAST_TOKENS] = 0.0
    return correlation(moments.sum(axis=1))


def averaged(daily: FloatArray, drawn: FloatArray) -> Coefficient | None:
    """Return the mean of daily coefficients; `None` from too few days."""
    known = np.isfinite(daily)
    if known.sum() < LEAST_DAYS:
        return None
    sums, counts = drawn @ np.where(known, daily, 0.0), drawn @ known
    return _coefficient(float(daily[known].mean()), sums / np.maximum(counts, 1.0), int(known.sum()))


def along(values: FloatArray, later: FloatArray, drawn: FloatArray) -> Coefficient | None:
    """Return the mean over tokens of the rank correlation along days; for what few tokens have, or all have alike."""
    moments = _moments(*_ranked(values, later, axis=0))
    whole = correlation(moments.sum(axis=0))
    told = np.flatnonzero((moments[:, :, 0].sum(axis=0) >= LEAST_DAYS) & np.isfinite(whole))
    if not len(told):
        return None
    tried = np.mean([correlation(drawn @ moments[:, place]) for place in told], axis=0)
    return _coefficient(float(whole[told].mean()), tried, int(moments[:, told, 0].max(axis=1).sum()))


def draws(days: int, horizon: int) -> FloatArray:
    """Return (samples, days): how often each day is drawn, in blocks at least twice as long as returns overlap."""
    rows = stationary_rows(days, SAMPLES, np.random.default_rng(SEED), mean_block=max(MEAN_BLOCK, 2 * horizon))
    return np.stack([np.bincount(row, minlength=days) for row in rows]).astype(np.float64)


def discovered(coefficients: Sequence[Coefficient], *, under: str = "bh", rate: float = 0.05) -> list[bool]:
    """Return which ones are discoveries, of which a share of `rate` at most is expected to be false.

    Args:
        coefficients: All that were tried.
        under: `bh` where they are independent or go together, `by` whatever they do.
        rate: The share.
    """
    order = sorted(range(len(coefficients)), key=lambda at: coefficients[at].p)
    count = len(order)
    penalty = sum(1.0 / rank for rank in range(1, count + 1)) if under == "by" else 1.0
    kept = [rank for rank, at in enumerate(order, 1) if coefficients[at].p <= rate * rank / (count * penalty)]
    chosen = set(order[: kept[-1]] if kept else ())
    return [at in chosen for at in range(count)]


def _coefficient(value: float, tried: FloatArray, days: int) -> Coefficient:
    low, high = np.nanquantile(tried, [0.025, 0.975])
    spread = float(np.nanstd(tried))
    p = math.erfc(abs(value) / spread / math.sqrt(2.0)) if spread > 0 else 1.0
    return Coefficient(value, float(low), float(high), p, days)


def _ranked(values: FloatArray, later: FloatArray, *, axis: int) -> tuple[FloatArray, FloatArray]:
    """Return ranks of both among those where both are known, NaN elsewhere."""
    from scipy.stats import rankdata  # type: ignore[import-untyped]

    both = np.isfinite(values) & np.isfinite(later)
    # What is unknown goes to the end, so that it moves no rank of what is known.
    one, other = (rankdata(np.where(both, each, np.inf), axis=axis) for each in (values, later))
    return np.where(both, one, np.nan), np.where(both, other, np.nan)


def _moments(one: FloatArray, other: FloatArray) -> FloatArray:
    """Return (days, tokens, 6): what sums up to correlations."""
    known = np.isfinite(one)
    a, b = np.where(known, one, 0.0), np.where(known, other, 0.0)
    return np.stack([known.astype(np.float64), a, b, a * a, b * b, a * b], axis=-1)
