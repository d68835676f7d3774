"""The walk forward: each day is labelled by a model that was fitted, and chosen, on days before it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shared.domain.panels.panel import DayArray, FloatArray
from shared.domain.regime.catalogue import PENALTIES, SETS

from .evidence import evidence_of
from .features import Features
from .jumps import LEAST_DAYS, Fit, costs, fitted, leanings, losses, sides, usable

REFIT_DAYS = 364
"""Models are fitted on the same days whatever the history begins with: every 364 days since 1970."""
WARM_UP_DAYS = 200
"""So many days before a fit its filter begins, so that it knows where it is."""
_RECORD_DAYS = 1_095
_LEAST_RECORD = 180
_COST = 0.001
BAND = 0.3


@dataclass(frozen=True, slots=True)
class Choice:
    """A set of features and a penalty."""

    features: str
    penalty: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The days that one model labels: rows `first` to before `last`. Arrays hold those days only."""

    first: int
    last: int
    choice: Choice
    fit: Fit
    evidence: float
    records: dict[Choice, float | None]
    """What each choice had earned by the day of the fit: the yearly Sharpe ratio of following it, after costs."""
    units: FloatArray
    costs: FloatArray
    lean: FloatArray
    carried: FloatArray
    sides: NDArray[np.int64]


CHOICES = tuple(Choice(name, penalty) for name in SETS for penalty in PENALTIES)


def fit_rows(days: DayArray) -> list[int]:
    """Return the rows before which a model is fitted anew, the first once there is enough to fit."""
    if not len(days):
        return []
    since = days.astype("datetime64[D]").astype(np.int64)
    rows = np.flatnonzero(since % REFIT_DAYS == 0)
    regular = [int(row) for row in rows if row > LEAST_DAYS]
    first = LEAST_DAYS + 1
    return [first, *(row for row in regular if row != first)] if len(days) > first else []


def walked(features: Features, log_return: FloatArray) -> Iterator[Stretch]:
    """Yield the stretches of a history, oldest first; a stretch without a fit is left out.

    A row depends on itself and the rows before it: cutting the future off changes no label.
    """
    starts = fit_rows(features.days)
    ends = [*starts[1:], len(log_return)] if starts else []
    record: dict[Choice, FloatArray] = {choice: np.full(len(log_return), np.nan) for choice in CHOICES}
    for first, last in zip(starts, ends, strict=True):
        past = Features(days=features.days[:first], names=features.names, values=features.values[:first])
        fits = _fits(past, log_return[:first])
        earned = {choice: _earned(record[choice][:first], log_return[:first]) for choice in CHOICES}
        stretches = [
            _stretch(features, choice, fit, first, last, earned)
            for choice in CHOICES
            if (fit := fits[choice.features]) is not None
        ]
        for each in stretches:
            record[each.choice][first:last] = each.sides
        if stretches:
            chosen = max(stretches, key=lambda each: (_rank(earned[each.choice]), -CHOICES.index(each.choice)))
            yield _with_evidence(chosen, log_return[:first])


def _fits(past: Features, log_return: FloatArray) -> dict[str, Fit | None]:
    """Return a fit for each set; of sets that come down to the same features, because the rest is unknown, only for the first."""
    fits: dict[str, Fit | None] = {}
    done: set[tuple[str, ...]] = set()
    for name, wanted in SETS.items():
        known = usable(past, wanted)
        fits[name] = None if known in done else fitted(past, log_return, known)
        done.add(known)
    return fits


def _rank(earned: float | None) -> float:
    return float("-inf") if earned is None else earned


def _stretch(
    features: Features, choice: Choice, fit: Fit, first: int, last: int, earned: dict[Choice, float | None]
) -> Stretch:
    begin = max(0, first - WARM_UP_DAYS)
    rows = Features(days=features.days[begin:last], names=features.names, values=features.values[begin:last])
    units = fit.scaled(rows)
    said = losses(units, fit.states)
    lean, carried = leanings(said, choice.penalty)
    own = slice(first - begin, None)
    return Stretch(
        first=first,
        last=last,
        choice=choice,
        fit=fit,
        evidence=0.0,
        records=earned,
        units=units[own],
        costs=costs(said, choice.penalty)[own],
        lean=lean[own],
        carried=carried[own],
        sides=sides(lean, BAND)[own],
    )


def _with_evidence(stretch: Stretch, past: FloatArray) -> Stretch:
    return replace(stretch, evidence=evidence_of(past))


def _earned(taken: FloatArray, log_return: FloatArray) -> float | None:
    """Return the yearly Sharpe ratio of holding each day the side taken the day before, after costs; `None` without a record."""
    taken, log_return = taken[-_RECORD_DAYS:], log_return[-_RECORD_DAYS:]
    held, moved = taken[:-1], log_return[1:]
    known = np.isfinite(held) & np.isfinite(moved)
    if known.sum() < _LEAST_RECORD:
        return None
    turned = np.abs(np.diff(held[known], prepend=0.0))
    gained = held[known] * moved[known] - _COST * turned
    spread = float(gained.std())
    return float(gained.mean() / spread * np.sqrt(365)) if spread > 1e-12 else 0.0
