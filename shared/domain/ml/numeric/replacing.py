"""Whether a new model takes the serving one's place: only if it is better on days that neither has seen."""

from dataclasses import dataclass

import numpy as np

from shared.domain.ml.artifact import Artifact
from shared.domain.ml.horizon import COVERAGES
from shared.domain.ml.records import Decision
from shared.domain.panels.panel import DayArray, FloatArray

from .measures import Forecasts, Weekly, brier, held, interval_score, log_loss, weekly
from .training import Trained, applied

SURE = 0.9
"""Better or worse counts when so many of the resampled series of weeks say so."""
COVERAGE_WITHIN = 0.05
LEAST_WEEKS = 4
RULE = (
    "replaces if, on the held-out rows of both, log loss or interval score is lower with a probability of 0.9"
    " (block bootstrap of paired differences over weeks) and neither is higher with that probability"
)
FIRST_RULE = (
    "serves if the Brier score is not worse than the base rate's beyond chance and each interval holds what it states within"
    " 5 points or chance"
)


@dataclass(frozen=True, slots=True)
class Serving:
    """The model that serves now."""

    artifact: Artifact
    trained_through: np.datetime64


def decided(new: Trained, serving: Serving | None) -> Decision:
    """Return whether the new model serves from now on, and why."""
    doubts = dishonest(new.walk)
    if doubts:
        return Decision(state="refused", reason="; ".join(doubts), rule=FIRST_RULE)
    if serving is None:
        return Decision(state="serving", reason="there was none, and its forecasts are honest", rule=FIRST_RULE)
    return _compared(new, serving)


def dishonest(walk: Forecasts) -> list[str]:
    """Return what is wrong with forecasts, out of sample, that must not be served at all."""
    found = []
    improvement = weekly(walk.days, brier(walk, base=True) - brier(walk)).ends()
    if improvement is not None and improvement[1] < 0:
        found.append("its probabilities are worse than the base rate")
    for place, stated in enumerate(COVERAGES):
        if _misses(held(walk, place), stated):
            found.append(f"its intervals hold {held(walk, place).value:.1%} where they state {stated:.0%}")
    return found


def _misses(coverage: Weekly, stated: float) -> bool:
    value, ends = coverage.value, coverage.ends()
    by_chance = ends is not None and ends[0] <= stated <= ends[1]
    return value is None or (abs(value - stated) > COVERAGE_WITHIN and not by_chance)


def _compared(new: Trained, serving: Serving) -> Decision:
    rows = new.held_out
    unseen = rows.only(rows.days > serving.trained_through)
    if len(np.unique(unseen.days)) < LEAST_WEEKS:
        reason = f"on fewer than {LEAST_WEEKS} of the held-out weeks both can be tested"
        return Decision(state="refused", reason=reason, rule=RULE, compared_with=serving.artifact.model_id)
    one, other = applied(new.artifact, unseen, new.base), applied(serving.artifact, unseen, new.base)
    losses = {
        "log_loss": _paired(unseen.days, log_loss(one), log_loss(other)),
        "interval_score": _paired(unseen.days, interval_score(one), interval_score(other)),
    }
    chances = [each["probability_better"] for each in losses.values()]
    better, worse = max(chances) >= SURE, min(chances) <= 1 - SURE
    return Decision(
        state="serving" if better and not worse else "refused",
        reason=_reason(better=better, worse=worse),
        rule=RULE,
        compared_with=serving.artifact.model_id,
        predictions=len(unseen.days),
        first=str(unseen.days[0]),
        last=str(unseen.days[-1]),
        **losses,
    )


def _reason(*, better: bool, worse: bool) -> str:
    if better and worse:
        return "it is better in one of the two losses and worse in the other"
    if worse:
        return "it is worse on the same held-out rows"
    return (
        "it is better on the same held-out rows"
        if better
        else "it is not better beyond chance on the same held-out rows"
    )


def _paired(days: DayArray, new: FloatArray, serving: FloatArray) -> dict[str, float]:
    """Return mean losses, their difference with its 95 % interval, and how probably the new one's is lower."""
    difference = weekly(days, serving - new)
    low, high = np.quantile(difference.resampled(), [0.025, 0.975])
    return {
        "new": float(new.mean()),
        "serving": float(serving.mean()),
        "difference": float((serving - new).mean()),
        "lower": float(low),
        "upper": float(high),
        "probability_better": difference.sure(),
    }
