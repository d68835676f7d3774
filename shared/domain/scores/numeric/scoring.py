"""From panels to scores: measure each token, compare all of them, compose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.panels.panel import FloatArray, Panel
from shared.domain.scores.methodology import ALL, LEAST_COVERAGE, SCORES
from shared.records.scores import Reason, ScoreName

from .composing import Composite, composed
from .durability import durability_measures
from .inputs import Inputs, inputs_of
from .momentum import momentum_measures
from .standing import standing
from .valuation import valuation_measures

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of some tokens, before they are compared; (tokens,) each."""

    measures: Mapping[str, FloatArray]
    """By part."""
    known_days: FloatArray
    priced: BoolArray
    moved: BoolArray


@dataclass(frozen=True, slots=True)
class Scored:
    """All scores of all tokens."""

    values: Mapping[ScoreName, FloatArray]
    """(parts, tokens), 0 to 100; NaN where unknown."""
    scores: Mapping[ScoreName, Composite]
    crypto_score: Composite
    reasons: Mapping[ScoreName, Sequence[Reason | None]]
    """Why a token has no such score; `None` where it has."""


def measured(panel: Panel, *, tvl_usd: FloatArray, yearly_fees_usd: FloatArray) -> Measured:
    """Return the measures of a panel's last row; (tokens,) of what is known of chains comes along, NaN where there is none."""
    inputs = inputs_of(panel)
    measures = {
        **durability_measures(inputs),
        **momentum_measures(inputs),
        **valuation_measures(inputs, tvl_usd=tvl_usd, yearly_fees_usd=yearly_fees_usd),
    }
    return Measured(measures, inputs.known_days, _priced(inputs), inputs.moved > 0)


def together(parts: Sequence[Measured]) -> Measured:
    """Return the tokens of several chunks, side by side."""
    return Measured(
        {name: np.concatenate([part.measures[name] for part in parts]) for name in parts[0].measures},
        np.concatenate([part.known_days for part in parts]),
        np.concatenate([part.priced for part in parts]),
        np.concatenate([part.moved for part in parts]),
    )


def scored(measured: Measured, excluded: BoolArray) -> Scored:
    """Return the scores of all tokens, those excluded neither scored nor compared with."""
    values, scores, reasons = {}, {}, {}
    for name in SCORES:
        score = ALL[name]
        barred = _barred(measured, excluded, score.least_days)
        among = np.array([reason is None for reason in barred], dtype=np.bool_)
        values[name] = np.stack([standing(measured.measures[part.id], among) for part in score.parts])
        weights = [part.weight for part in score.parts]
        scores[name] = composed(values[name], weights, least_coverage=score.least_coverage)
        reasons[name] = [_reason(*each) for each in zip(barred, scores[name].score, strict=True)]
    three = np.stack([scores[name].score for name in SCORES])
    whole = composed(three, [ALL[name].weight for name in SCORES], least_coverage=LEAST_COVERAGE)
    return Scored(values, scores, whole, reasons)


def _priced(inputs: Inputs) -> BoolArray:
    priced: BoolArray = np.isfinite(inputs.close[-1])
    return priced


def _barred(measured: Measured, excluded: BoolArray, least_days: int) -> list[Reason | None]:
    """Return why each token is not even compared, the first reason that holds."""
    rules: tuple[tuple[Reason, BoolArray], ...] = (
        ("excluded", excluded),
        ("not_priced", ~measured.priced),
        ("too_little_history", measured.known_days < least_days),
        ("never_moved", ~measured.moved),
    )
    found: list[Reason | None] = [None] * len(excluded)
    for reason, holds in reversed(rules):
        for place in np.flatnonzero(holds):
            found[place] = reason
    return found


def _reason(barred: Reason | None, score: float) -> Reason | None:
    if barred is not None:
        return barred
    return None if np.isfinite(score) else "too_little_known"
