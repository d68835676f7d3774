"""The walk forward: each day is labelled by a model that was fitted, and chosen, on days before it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.panels.panel import DayArray, FloatArray
from shared.domain.regime.catalogue import BANDS, PENALTIES, SETS

from .evidence import evidence_of
from .features import Features
from .hindsight import hindsight_of, worth
from .jumps import LEAST_DAYS, Fit, costs, fitted, leanings, losses, sides, usable
from .scoring import Sides

REFIT_DAYS = 364
"""Models are fitted on the same days whatever the history begins with: every 364 days since 1970."""
CLEARLY = 0.05
"""By so much a choice has to be worth more than the first one."""
WARM_UP_DAYS = 200
"""So many days before a fit its filter begins, so that it knows where it is."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A set of features, the penalty of a change, and the band that a lean has to leave."""

    features: str
    penalty: float
    band: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The days that one model labels: rows `first` to before `last`. Arrays hold those days only."""

    first: int
    last: int
    choice: Choice
    fit: Fit
    evidence: float
    worths: Mapping[Choice, float | None]
    """What the online labels of each choice were worth by the day of the fit, by hindsight."""
    units: FloatArray
    costs: FloatArray
    lean: FloatArray
    carried: FloatArray
    sides: Sides


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a fit makes of the days from `begin` on: `losses` by state."""

    begin: int
    fit: Fit
    units: FloatArray
    losses: FloatArray

    def leanings(self, penalty: float) -> tuple[FloatArray, FloatArray]:
        return leanings(self.losses[:, 2] - self.losses[:, 0], penalty)


CHOICES = tuple(Choice(name, penalty, band) for name in SETS for penalty in PENALTIES for band in BANDS)


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
    record = {choice: np.full(len(log_return), np.nan) for choice in CHOICES}
    for first, last in zip(starts, ends, strict=True):
        past = Features(days=features.days[:first], names=features.names, values=features.values[:first])
        heard = {
            name: _heard(features, fit, first, last)
            for name, fit in _fits(past, log_return[:first]).items()
            if fit is not None
        }
        if not heard:
            continue
        hindsight = hindsight_of(log_return[:first])
        worths = {choice: worth(record[choice][:first], hindsight) for choice in CHOICES}
        able = [choice for choice in CHOICES if choice.features in heard]
        chosen = _chosen(able, worths)
        for choice in able:
            lean, _ = heard[choice.features].leanings(choice.penalty)
            record[choice][first:last] = sides(lean, choice.band)[first - last :]
        yield _stretch(heard[chosen.features], chosen, (first, last), evidence_of(log_return[:first]), worths)


def _fits(past: Features, log_return: FloatArray) -> dict[str, Fit | None]:
    """Return a fit for each set; of sets that come down to the same features, because the rest is unknown, only for the first."""
    fits: dict[str, Fit | None] = {}
    done: set[tuple[str, ...]] = set()
    for name, wanted in SETS.items():
        known = usable(past, wanted)
        fits[name] = None if known in done else fitted(past, log_return, known)
        done.add(known)
    return fits


def _heard(features: Features, fit: Fit, first: int, last: int) -> _Heard:
    begin = max(0, first - WARM_UP_DAYS)
    rows = Features(days=features.days[begin:last], names=features.names, values=features.values[begin:last])
    units = fit.scaled(rows)
    return _Heard(begin, fit, units, losses(units, fit.states))


def _chosen(able: Sequence[Choice], worths: Mapping[Choice, float | None]) -> Choice:
    """Return the choice of most worth, or the first one where none is clearly worth more: the best of many is mostly the luckiest."""
    standing, best = able[0], max(able, key=lambda choice: _rank(worths[choice]))
    return best if _rank(worths[best]) > _rank(worths[standing]) + CLEARLY else standing


def _rank(worth: float | None) -> float:
    return float("-inf") if worth is None else worth


def _stretch(
    heard: _Heard, choice: Choice, rows: tuple[int, int], evidence: float, worths: Mapping[Choice, float | None]
) -> Stretch:
    lean, carried = heard.leanings(choice.penalty)
    own = slice(rows[0] - heard.begin, None)
    return Stretch(
        first=rows[0],
        last=rows[1],
        choice=choice,
        fit=heard.fit,
        evidence=evidence,
        worths=worths,
        units=heard.units[own],
        costs=costs(heard.losses, choice.penalty)[own],
        lean=lean[own],
        carried=carried[own],
        sides=sides(lean, choice.band)[own],
    )
