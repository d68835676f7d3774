"""What came of predictions, and how good they were: the labels and the figures of training, applied to what was said in service."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from shared.domain.datapoints.numeric.bars import bars_of
from shared.domain.panels.panel import DayArray, FloatArray, Panel

from .measures import Forecasts, figures
from .rows import labels_of

_SURE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A prediction whose days are over."""

    entry: int
    day: date
    token_id: str


@dataclass(frozen=True, slots=True)
class Grade:
    """What came of it."""

    entry: int
    return_pct: float | None
    """Relative to the market's; `None` where nobody will know."""


def graded(due: Iterable[Due], panel: Panel, market_log_return: FloatArray, *, given_up: date) -> list[Grade]:
    """Return what came of predictions; those whose closes are late are left for another time.

    Args:
        due: Predictions of tokens of the panel.
        panel: Reaches from before the oldest prediction to the newest completed day.
        market_log_return: (days,) of the same days.
        given_up: Of predictions of this day and before, what is not known now never will be.
    """
    places = {token_id: place for place, token_id in enumerate(panel.token_ids)}
    rows = {day: row for row, day in enumerate(panel.days.astype(object).tolist())}
    labels = labels_of(bars_of(panel).close, market_log_return)
    found = ((each, float(labels[rows[each.day], places[each.token_id]])) for each in due)
    return [
        Grade(each.entry, 100.0 * float(np.expm1(label)) if np.isfinite(label) else None)
        for each, label in found
        if np.isfinite(label) or each.day <= given_up
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """(rows,) each: what one model said in service, and the relative return that came of it, percent."""

    days: DayArray
    probability: FloatArray
    expected_pct: FloatArray
    ends_pct: Sequence[tuple[FloatArray, FloatArray]]
    """In the order of `COVERAGES`."""
    return_pct: FloatArray


def live_record(said: Said, *, base_rate: float) -> Mapping[str, Any]:
    """Return how a model did in service, in the form of its out-of-sample record.

    What a median and intervals without features would have been is not known here, so these are compared with nothing.
    """
    known = np.clip(said.probability, _SURE, 1 - _SURE)
    intervals = tuple((_logarithm(lower), _logarithm(upper)) for lower, upper in said.ends_pct)
    centre = _logarithm(said.expected_pct)
    told = figures(
        Forecasts(
            days=said.days,
            labels=_logarithm(said.return_pct),
            raw=np.log(known / (1 - known)),
            probability=said.probability,
            base=np.full(len(said.days), base_rate),
            centre=centre,
            base_centre=centre,
            intervals=intervals,
            base_interval=intervals[0],
        )
    )
    return told | {
        name: {**told[name], "base": None, "improvement": None} for name in ("absolute_error", "interval_score")
    }


def _logarithm(percent: FloatArray) -> FloatArray:
    # What lost everything has no logarithm.
    made: FloatArray = np.log1p(np.maximum(percent, -99.9999) / 100.0)
    return made
