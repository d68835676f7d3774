"""The walk forward: every fold learned from the days before it, calibrated by the folds before it, tested on its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.ml.horizon import COVERAGES, KNOWN_AFTER_DAYS
from shared.domain.panels.panel import FloatArray

from .calibrating import chance, platt, widened, width_of
from .folds import Fold, folds_of, known_before
from .learning import ENDS, LEAST_ROWS, ROUNDS, Said, learned
from .measures import Forecasts
from .rows import Rows

CALIBRATED_LEAST_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What the rows that were learned from say without features."""

    rate: float
    """Share that returned more than the market."""
    median: float
    ends: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldResult:
    """One fold's rows and what was said of them by what was learned before."""

    fold: Fold
    rows: Rows
    said: Said
    learned_through: np.datetime64
    """The last day of which a price was seen in learning."""
    base: Base


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What turns what boosters say into what is told."""

    slope: float
    intercept: float
    widths: tuple[float, ...]


def base_of(rows: Rows) -> Base:
    """Return what some rows say without features."""
    low, middle, high = np.quantile(rows.labels, [ENDS[0], 0.5, ENDS[1]])
    return Base(rate=float((rows.labels > 0).mean()), median=float(middle), ends=(float(low), float(high)))


def walked(
    rows: Rows, *, end: np.datetime64, rounds: int = ROUNDS, on_fold: Callable[[], None] = lambda: None
) -> Iterator[FoldResult]:
    """Yield every fold of days before `end` that had enough to learn from.

    Args:
        rows: By day; those without a label are passed over.
        end: Features of this day and later ones are not looked at; labels of the last fold's days may reach beyond.
        rounds: Trees of each booster.
        on_fold: Called before each fold is learned; may raise to end the walk.
    """
    rows = rows.labelled
    for fold in folds_of(rows.days[0], end) if len(rows.days) else ():
        before, tested = rows.only(fold.learnable(rows.days)), rows.only(fold.tested(rows.days))
        if len(before.days) >= LEAST_ROWS and len(tested.days):
            on_fold()
            said = learned(before, rounds=rounds).said(tested.values)
            through = seen_through(before)
            yield FoldResult(fold=fold, rows=tested, said=said, learned_through=through, base=base_of(before))


def seen_through(rows: Rows) -> np.datetime64:
    """Return the last day of which the rows' labels tell a price."""
    last: np.datetime64 = rows.days[-1] + np.timedelta64(KNOWN_AFTER_DAYS, "D")
    return last


def calibrated(tested: Sequence[FoldResult], *, before: np.datetime64) -> Calibration | None:
    """Return what the folds teach of which the outcomes were known before a day; `None` of too few rows."""
    kept = [(each, known_before(each.rows.days, before)) for each in tested]

    def every(of: Callable[[FoldResult], FloatArray]) -> FloatArray:
        return np.concatenate([np.empty(0), *(of(each)[known] for each, known in kept)])

    labels = every(lambda each: each.rows.labels)
    if len(labels) < CALIBRATED_LEAST_ROWS:
        return None
    slope, intercept = platt(every(lambda each: each.said.raw), labels > 0)
    lower, upper = every(lambda each: each.said.lower), every(lambda each: each.said.upper)
    # An interval that is stated to hold more is never the narrower one.
    widths = np.maximum.accumulate([width_of(lower, upper, labels, coverage) for coverage in COVERAGES])
    return Calibration(slope=slope, intercept=intercept, widths=tuple(widths.tolist()))


def forecasts_of(each: FoldResult, by: Calibration) -> Forecasts:
    """Return what one fold's forecasts were, calibrated; the base rate where the score says nothing."""
    same = np.ones(len(each.rows.days))
    return Forecasts(
        days=each.rows.days,
        labels=each.rows.labels,
        raw=each.said.raw,
        probability=chance(by.intercept + by.slope * each.said.raw) if by.slope else same * each.base.rate,
        base=same * each.base.rate,
        centre=each.said.centre,
        base_centre=same * each.base.median,
        intervals=tuple(widened(each.said.lower, each.said.upper, width) for width in by.widths),
        base_interval=(same * each.base.ends[0], same * each.base.ends[1]),
    )


def nested(tested: Sequence[FoldResult]) -> Iterator[tuple[FoldResult, Forecasts | None]]:
    """Yield each fold with its forecasts, calibrated by the folds before it alone; `None` where those do not suffice."""
    for number, each in enumerate(tested):
        by = calibrated(tested[:number], before=each.fold.start)
        yield each, None if by is None else forecasts_of(each, by)


def joined(parts: Sequence[Forecasts]) -> Forecasts:
    """Return several folds' forecasts, at least one's, as one."""

    def every(of: Callable[[Forecasts], FloatArray]) -> FloatArray:
        return np.concatenate([of(part) for part in parts])

    def ends(place: int) -> tuple[FloatArray, FloatArray]:
        return every(lambda part: part.intervals[place][0]), every(lambda part: part.intervals[place][1])

    return Forecasts(
        days=np.concatenate([part.days for part in parts]),
        labels=every(lambda part: part.labels),
        raw=every(lambda part: part.raw),
        probability=every(lambda part: part.probability),
        base=every(lambda part: part.base),
        centre=every(lambda part: part.centre),
        base_centre=every(lambda part: part.base_centre),
        intervals=tuple(ends(place) for place in range(len(COVERAGES))),
        base_interval=(every(lambda part: part.base_interval[0]), every(lambda part: part.base_interval[1])),
    )
