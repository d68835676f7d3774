"""How good forecasts were: figures of rows, with intervals that resample whole weeks in blocks.

Tokens of one week share their fate, so a week counts as one: rows are never resampled.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shared.domain.honesty.numeric.bootstrap import stationary_rows
from shared.domain.ml.horizon import COVERAGES
from shared.domain.panels.panel import DayArray, FloatArray

BINS = 10
SAMPLES = 1_000
MEAN_BLOCK_WEEKS = 4
LEAST_WEEKS = 8
"""Of fewer there are no intervals."""
DECILE_TOKENS = 20
"""A week of fewer tokens has no deciles."""
_SEED = 20_260_101
_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecasts:
    """(rows,) each: what was said of a token on a day, and what came of it."""

    days: DayArray
    labels: FloatArray
    """Logarithms of relative returns, all known."""
    raw: FloatArray
    """What tokens are ranked by."""
    probability: FloatArray
    base: FloatArray
    """The probability without features: the share that won in what was learned from."""
    centre: FloatArray
    """What was expected, logarithms."""
    base_centre: FloatArray
    """The same without features."""
    intervals: tuple[tuple[FloatArray, FloatArray], ...]
    """Ends of each stated coverage, logarithms."""
    base_interval: tuple[FloatArray, FloatArray]
    """The first of them without features."""

    @property
    def won(self) -> FloatArray:
        """1 where the token returned more than the market, 0 elsewhere."""
        return np.where(self.labels > 0, 1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Sums of each week, of which a figure is the ratio."""

    sums: FloatArray
    counts: FloatArray

    @property
    def value(self) -> float | None:
        """The figure of all weeks."""
        return _finite(self.sums.sum() / self.counts.sum()) if self.counts.sum() else None

    def resampled(self) -> FloatArray:
        """Return the figure of each resampled series of weeks."""
        generator = np.random.default_rng(_SEED)
        rows = stationary_rows(len(self.sums), SAMPLES, generator, mean_block=MEAN_BLOCK_WEEKS)
        result: FloatArray = self.sums[rows].sum(axis=1) / np.maximum(self.counts[rows].sum(axis=1), _TINY)
        return result

    def ends(self) -> tuple[float, float] | None:
        """Return the 95 % interval; `None` of too few weeks."""
        if len(self.sums) < LEAST_WEEKS or not self.counts.sum():
            return None
        low, high = np.quantile(self.resampled(), [0.025, 0.975])
        return float(low), float(high)

    def sure(self) -> float:
        """Return the share of resampled series in which the figure is above 0; where it is 0 they speak for neither side."""
        drawn = self.resampled()
        return float((drawn > 0).mean() + 0.5 * (drawn == 0).mean())

    def told(self) -> dict[str, float | None]:
        """Return the figure with its interval."""
        low, high = self.ends() or (None, None)
        return {"value": self.value, "lower": low, "upper": high}


def weekly(days: DayArray, values: FloatArray) -> Weekly:
    """Return the sums of rows by day."""
    _, place = np.unique(days, return_inverse=True)
    return Weekly(np.bincount(place, values).astype(np.float64), np.bincount(place).astype(np.float64))


def brier(forecasts: Forecasts, *, base: bool = False) -> FloatArray:
    """Return each row's squared error of the probability."""
    said = forecasts.base if base else forecasts.probability
    return np.asarray((said - forecasts.won) ** 2)


def log_loss(forecasts: Forecasts, *, base: bool = False) -> FloatArray:
    """Return each row's logarithmic loss."""
    said = np.clip(forecasts.base if base else forecasts.probability, 1e-6, 1 - 1e-6)
    return np.asarray(-np.log(np.where(forecasts.won > 0, said, 1 - said)))


def absolute_error(forecasts: Forecasts, *, base: bool = False) -> FloatArray:
    """Return how far each row's label is from what was expected."""
    return np.abs(forecasts.labels - (forecasts.base_centre if base else forecasts.centre))


def interval_score(forecasts: Forecasts, *, base: bool = False) -> FloatArray:
    """Return each row's width of the 80 % interval, and ten times what the label lies outside.

    Source: Gneiting and Raftery, Strictly proper scoring rules, prediction, and estimation (2007).
    """
    low, high = forecasts.base_interval if base else forecasts.intervals[0]
    outside = np.maximum(low - forecasts.labels, 0) + np.maximum(forecasts.labels - high, 0)
    return np.asarray(high - low + 2 / 0.2 * outside)


def information_coefficient(forecasts: Forecasts) -> Weekly:
    """Return each week's rank correlation of score and outcome."""
    found = [_rank_correlation(forecasts.raw[rows], forecasts.labels[rows]) for rows in by_day(forecasts.days)]
    known = np.isfinite(found)
    return Weekly(np.where(known, found, 0.0), known.astype(np.float64))


def top_minus_bottom(forecasts: Forecasts) -> Weekly:
    """Return each week's mean relative return of the best tenth less that of the worst, percent."""
    found = [_spread(forecasts.raw[rows], forecasts.labels[rows]) for rows in by_day(forecasts.days)]
    known = np.isfinite(found)
    return Weekly(np.where(known, found, 0.0), known.astype(np.float64))


def by_day(days: DayArray) -> list[NDArray[np.int64]]:
    """Return the places of each day's rows, oldest first."""
    order = np.argsort(days, kind="stable")
    _, first = np.unique(days[order], return_index=True)
    return np.split(order, first[1:]) if len(days) else []


def reliability(probability: FloatArray, won: FloatArray) -> list[dict[str, float | int]]:
    """Return up to ten bins of equally many rows: what was said on average, and how often it came."""
    order = np.lexsort((won, probability))
    cuts = np.unique(np.searchsorted(probability[order], np.quantile(probability, np.arange(1, BINS) / BINS)))
    return [
        {"predicted": float(probability[rows].mean()), "observed": float(won[rows].mean()), "count": len(rows)}
        for rows in np.split(order, cuts)
        if len(rows)
    ]


def calibration_error(bins: list[dict[str, float | int]]) -> float | None:
    """Return by how much what was said differs from what came, on average over the rows."""
    total = sum(each["count"] for each in bins)
    return sum(each["count"] * abs(each["predicted"] - each["observed"]) for each in bins) / total if total else None


def figures(forecasts: Forecasts) -> dict[str, Any]:
    """Return everything that is told of some forecasts, as JSON."""
    days, won = forecasts.days, forecasts.won
    bins = reliability(forecasts.probability, won)
    right = np.where((forecasts.probability > 0.5) == (won > 0), 1.0, 0.0)
    return {
        "from": str(days.min()),
        "to": str(days.max()),
        "days": len(np.unique(days)),
        "predictions": len(days),
        "base_rate": float(won.mean()),
        "information_coefficient": information_coefficient(forecasts).told(),
        "brier": _compared(days, brier(forecasts), brier(forecasts, base=True)),
        "log_loss": _compared(days, log_loss(forecasts), log_loss(forecasts, base=True)),
        "calibration_error": calibration_error(bins),
        "reliability": bins,
        "hit_rate": weekly(days, right).told(),
        "absolute_error": _compared(days, absolute_error(forecasts), absolute_error(forecasts, base=True)),
        "coverage": [{"stated": stated, **held(forecasts, at).told()} for at, stated in enumerate(COVERAGES)],
        "interval_score": _compared(days, interval_score(forecasts), interval_score(forecasts, base=True)),
        "top_minus_bottom_pct": top_minus_bottom(forecasts).told(),
    }


def held(forecasts: Forecasts, place: int) -> Weekly:
    """Return how many of each week's labels one of the intervals held."""
    low, high = forecasts.intervals[place]
    within = (forecasts.labels >= low) & (forecasts.labels <= high)
    return weekly(forecasts.days, within.astype(np.float64))


def _compared(days: DayArray, loss: FloatArray, base: FloatArray) -> dict[str, Any]:
    return {
        **weekly(days, loss).told(),
        "base": weekly(days, base).value,
        "improvement": weekly(days, base - loss).told(),
    }


def _rank_correlation(one: FloatArray, other: FloatArray) -> float:
    ranks = [_ranks(each) for each in (one, other)]
    first, second = (each - each.mean() for each in ranks)
    length = float(np.sqrt((first @ first) * (second @ second)))
    return float(first @ second) / length if length > _TINY else float("nan")


def _ranks(values: FloatArray) -> FloatArray:
    """Return ranks, equals sharing their mean."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    return np.asarray((ends - (count - 1) / 2.0)[place])


def _spread(raw: FloatArray, labels: FloatArray) -> float:
    tenth = len(raw) // 10
    if len(raw) < DECILE_TOKENS or np.ptp(raw) < _TINY:
        return float("nan")
    order = np.argsort(raw, kind="stable")
    percent = 100.0 * np.expm1(np.minimum(labels[order], 10.0))
    return float(percent[-tenth:].mean() - percent[:tenth].mean())


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
