"""From rows to a model with its out-of-sample record, or to the reason why there is none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from shared.domain.datapoints.catalogue import VERSION as DATAPOINTS_VERSION
from shared.domain.ml.artifact import Artifact, Skill
from shared.domain.ml.features import REQUIRED, feature_ids
from shared.domain.ml.horizon import COVERAGES
from shared.domain.ml.records import TooLittleError
from shared.domain.panels.panel import FloatArray

from .calibrating import logit
from .folds import held_out_of, known_before
from .learning import LEAST_ROWS, ROUNDS, Boosters, learned
from .measures import Forecasts, Weekly, absolute_error, brier, figures, weekly
from .rows import Rows
from .scoring import Scorer
from .walking import Base, Calibration, FoldResult, base_of, calibrated, joined, nested, seen_through, walked

LEAST_PROOF_WEEKS = 12
"""Whatever fewer weeks show is no skill yet."""
PROVEN = 0.995
"""Better in so many of the resampled series. Blocks of four weeks in a few dozen vary less than weeks do: of a hundred markets of
random walks, tested on 17 weeks, two passed this and four passed 0.975."""
_RANGE = (0.001, 0.999)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model as it would be stored."""

    artifact: Artifact
    record: dict[str, Any]
    trained_through: np.datetime64
    walk: Forecasts
    """Of all folds that were calibrated by earlier ones."""
    held_out: Rows
    base: Base


def trained(rows: Rows, *, model_id: str, rounds: int = ROUNDS, on_fold: Callable[[], None] = lambda: None) -> Trained:
    """Return the model that rows teach, `on_fold` being called before each fold.

    Raises:
        TooLittleError: they do not suffice to learn, calibrate, test and hold out.
    """
    known = rows.labelled
    if not len(known.days):
        raise TooLittleError("of no token is there a month of history and an outcome")
    held_out = held_out_of(known.days[-1])
    before = known.only(known_before(known.days, held_out.start))
    tested = list(walked(known, end=held_out.start, rounds=rounds, on_fold=on_fold))
    calibration = calibrated(tested, before=held_out.start)
    folds = list(nested(tested))
    walk = [forecasts for _, forecasts in folds if forecasts is not None]
    if calibration is None or not walk:
        raise TooLittleError(
            f"{len(before.days)} rows on {len(np.unique(before.days))} days before those held out make {len(tested)} folds,"
            f" of which none could be calibrated by another; a fold needs {LEAST_ROWS} rows before it"
        )
    on_fold()
    whole, base = joined(walk), base_of(before)
    artifact = _artifact(model_id, before, learned(before, rounds=rounds), calibration, base, whole)
    held = known.only(held_out.tested(known.days))
    record = {
        "base_rate": base.rate,
        "skill": artifact.skill,
        "centre_skill": artifact.centre_skill,
        "whole": {**figures(whole), "learned_through": str(tested[-1].learned_through)},
        "held_out": _held_out(artifact, held, base, before),
        "folds": [_fold(each, forecasts) for each, forecasts in folds],
    }
    through = seen_through(before)
    return Trained(artifact=artifact, record=record, trained_through=through, walk=whole, held_out=held, base=base)


def applied(artifact: Artifact, rows: Rows, base: Base) -> Forecasts:
    """Return what an artifact says of rows, beside what would be said without features."""
    said = Scorer(artifact).predictions(rows.values)
    same = np.ones(len(rows.days))
    ends = tuple((_logarithm(low), _logarithm(high)) for low, high in said.intervals_pct)
    return Forecasts(
        days=rows.days,
        labels=rows.labels,
        raw=said.raw,
        probability=said.probability,
        base=same * base.rate,
        centre=_logarithm(said.expected_pct),
        base_centre=same * base.median,
        intervals=ends,
        base_interval=(same * base.ends[0], same * base.ends[1]),
    )


def skilled(improvement: Weekly) -> Skill:
    """Return whether losses are lower than without features beyond chance."""
    proven = len(improvement.sums) >= LEAST_PROOF_WEEKS and improvement.sure() >= PROVEN
    return "some" if proven else "none"


def _artifact(
    model_id: str, before: Rows, boosters: Boosters, calibration: Calibration, base: Base, whole: Forecasts
) -> Artifact:
    skill = skilled(weekly(whole.days, brier(whole, base=True) - brier(whole)))
    centre_skill = skilled(weekly(whole.days, absolute_error(whole, base=True) - absolute_error(whole)))
    has_skill = skill == "some" and calibration.slope > 0
    return Artifact(
        model_id=model_id,
        features=feature_ids(),
        required=REQUIRED,
        datapoints_version=DATAPOINTS_VERSION,
        classifier=boosters.classifier.model_to_string(),
        skill="some" if has_skill else "none",
        base_rate=base.rate,
        slope=calibration.slope if has_skill else 0.0,
        intercept=calibration.intercept if has_skill else logit(base.rate),
        centre=boosters.centre.model_to_string(),
        centre_skill=centre_skill,
        centre_constant=base.median,
        lower=boosters.lower.model_to_string(),
        upper=boosters.upper.model_to_string(),
        widths=tuple(zip(COVERAGES, calibration.widths, strict=True)),
        ranges=_ranges(before.values),
    )


def _ranges(values: FloatArray) -> tuple[tuple[float, float], ...]:
    """Return where nearly all known values of each feature lie; 0 to 0 of one that is never known."""
    known = [column[np.isfinite(column)] for column in values.T]
    found = [np.quantile(column, _RANGE) if len(column) else np.zeros(2) for column in known]
    return tuple((float(low), float(high)) for low, high in found)


def _held_out(artifact: Artifact, held: Rows, base: Base, before: Rows) -> dict[str, Any]:
    return {**figures(applied(artifact, held, base)), "learned_through": str(seen_through(before))}


def _fold(each: FoldResult, forecasts: Forecasts | None) -> dict[str, Any]:
    """Return one fold's record; of one that nothing calibrated only where it lies."""
    if forecasts is not None:
        return {**figures(forecasts), "learned_through": str(each.learned_through)}
    days = each.rows.days
    told = {"from": str(days[0]), "to": str(days[-1]), "learned_through": str(each.learned_through)}
    return {**told, "days": len(np.unique(days)), "predictions": len(days)}


def _logarithm(percent: FloatArray) -> FloatArray:
    return np.log1p(percent / 100.0)
