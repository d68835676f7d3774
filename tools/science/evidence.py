"""The figures of a report for machines: written where answers read them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from shared.domain.evidence.models import Says
from shared.domain.evidence.reading import FOLDER, Subject
from shared.domain.indices.numeric.reporting import SURVIVORSHIP
from shared.domain.panels.panel import FloatArray
from shared.domain.signals.numeric.grading import Measured, record_of
from shared.domain.signals.rules import HORIZON_DAYS, STRENGTHS
from shared.records.signals import Graded

from .lived import Lived
from .quintiles import Fifths

_CHANCE = {"hit_rate": 0.5, "information_coefficient": 0.0, "brier": 0.25, "mean_return_pct": 0.0}
_DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One figure."""

    subject: str
    measure: str
    horizon_days: int
    trials: int
    value: float | None
    low: float | None
    high: float | None
    chance: float
    says: Says


def found(subject: str, measure: str, figure: Measured, *, days: int, trials: int, chance: float) -> Found:
    """Return a figure and what its interval says; of the Brier score less is better."""
    value, low, high = (
        None if each is None else round(each, _DIGITS) for each in (figure.value, figure.low, figure.high)
    )
    above: Says = "worse" if measure == "brier" else "better"
    below: Says = "better" if measure == "brier" else "worse"
    says: Says = "not_told"
    if low is not None and high is not None:
        says = above if low > chance else below if high < chance else "not_told"
    return Found(
        subject=subject,
        measure=measure,
        horizon_days=days,
        trials=trials,
        value=value,
        low=low,
        high=high,
        chance=chance,
        says=says,
    )


def of_fifths(name: str, days: int, fifths: Fifths) -> Found:
    """Return what came of a score's best fifth against its worst."""
    spread = Measured(fifths.spread_pct, fifths.low, fifths.high)
    return found(name, "best_less_worst_fifth_pct", spread, days=days, trials=fifths.weeks, chance=0.0)


def of_signals(graded: Sequence[Graded]) -> Iterable[Found]:
    """Yield how signals did: all, by direction, by strength."""
    groups: list[tuple[str, list[Graded]]] = [("all", list(graded))]
    groups += [(way, [each for each in graded if each.direction == way]) for way in ("bullish", "bearish")]
    groups += [(strength, [each for each in graded if each.strength == strength]) for strength in STRENGTHS]
    for name, part in groups:
        record = record_of(part)
        for measure, chance in _CHANCE.items():
            figure: Measured = getattr(record, measure)
            yield found(name, measure, figure, days=HORIZON_DAYS, trials=record.graded, chance=chance)


def told(said: Lived, plain: FloatArray, findings: Iterable[Found], *, version: str, made_on: date) -> dict[str, Any]:
    """Return the evidence as answers tell it.

    Args:
        said: What was tested, and on which days.
        plain: (days, tokens) closes, NaN of tokens that are left out.
        findings: The figures.
        version: Of what was tested.
        made_on: The day of the test.
    """
    counts = np.isfinite(plain).sum(axis=1)
    return {
        "report": "docs/science/signals.md",
        "tool": "python -m tools.science.signals",
        "made_on": made_on.isoformat(),
        "version": version,
        "from": str(said.days[0]),
        "to": str(said.days[-1]),
        "fewest_tokens": int(counts.min()),
        "most_tokens": int(counts.max()),
        "limits": SURVIVORSHIP,
        "findings": [asdict(each) for each in findings],
    }


def write(subject: Subject, told: dict[str, Any]) -> None:
    """Put the evidence where answers read it."""
    text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)
    (FOLDER / f"{subject}.json").write_text(text + "\n", encoding="utf-8")
