"""A forecast is what LightGBM itself says, calibrated; what explains it adds up."""

import json
import math
from dataclasses import asdict
from typing import Any

import lightgbm
import numpy as np
import pytest

from shared.domain.ml.numeric.forecasting import SHOWN, explained, forecasts
from shared.domain.ml.numeric.scoring import Scorer
from shared.domain.panels.panel import FloatArray
from shared.records.predictions import Forecast
from tests.models import FEATURES, REQUIRED, artifact, vectors


def said(values: FloatArray, **which: Any) -> list[Forecast | None]:
    model = artifact(**which)
    return forecasts(model, Scorer(model), values)


def known(values: FloatArray, **which: Any) -> list[Forecast]:
    return [each for each in said(values, **which) if each is not None]


def test_probability_is_that_of_lightgbm_calibrated() -> None:
    values, model = vectors(200, seed=5), artifact()
    raw = np.asarray(lightgbm.Booster(model_str=model.classifier).predict(values, raw_score=True))

    found = [each.probability for each in known(values)]

    assert len(found) == 200
    assert np.allclose(found, 1 / (1 + np.exp(-(model.intercept + model.slope * raw))), rtol=0, atol=1e-12)
    assert np.std(found) > 0.02


def test_expected_return_and_intervals_are_those_of_lightgbm_widened() -> None:
    values, model = vectors(200, seed=5), artifact()
    low, centre, high = (
        np.asarray(lightgbm.Booster(model_str=text).predict(values))
        for text in (model.lower, model.centre, model.upper)
    )
    low, high = np.minimum(low, high), np.maximum(low, high)

    found = known(values)

    for place, (coverage, width) in enumerate(model.widths):
        ends = np.array([[each.intervals[place].lower_pct, each.intervals[place].upper_pct] for each in found])
        assert {each.intervals[place].coverage for each in found} == {coverage}
        assert np.allclose(ends[:, 0], 100 * np.expm1(low - width * (high - low)), rtol=0, atol=1e-9)
        assert np.allclose(ends[:, 1], 100 * np.expm1(high + width * (high - low)), rtol=0, atol=1e-9)
    inside = np.clip(centre, low - 0.05 * (high - low), high + 0.05 * (high - low))
    assert np.allclose([each.expected_return_pct for each in found], 100 * np.expm1(inside), rtol=0, atol=1e-9)


def test_what_explains_a_probability_adds_up_to_it() -> None:
    for each in known(vectors(200, seed=9)):
        why = each.explanation
        together = why.base + sum(part.contribution for part in why.parts) + why.others
        assert together == pytest.approx(why.log_odds, abs=1e-9)
        assert 1 / (1 + math.exp(-why.log_odds)) == pytest.approx(each.probability, abs=1e-9)
        sizes = [abs(part.contribution) for part in why.parts]
        assert sizes == sorted(sizes, reverse=True)


def test_what_is_not_among_the_largest_is_told_as_one_number() -> None:
    names = [f"point-{number}" for number in range(12)]
    contributions = np.array([*(0.1 * (-1.0) ** n * (n + 1) for n in range(12)), 0.7])

    why = explained(names, np.full(12, np.nan), contributions)

    assert [part.id for part in why.parts] == [f"point-{number}" for number in range(11, 11 - SHOWN, -1)]
    assert why.others == pytest.approx(0.1 - 0.2 + 0.3 - 0.4)
    assert {part.value for part in why.parts} == {None}


def test_the_same_vectors_are_answered_with_the_same_bits_alone_and_together() -> None:
    values = vectors(60, seed=2)

    together = said(values)
    alone = [said(values[row : row + 1])[0] for row in range(60)]

    assert together == alone == said(values)


def test_without_what_is_required_nothing_is_said() -> None:
    values = vectors(4, seed=1)
    for row, name in enumerate(REQUIRED):
        values[row, FEATURES.index(name)] = np.nan

    found = said(values)

    assert [each is None for each in found] == [True, True, False, False]


def test_whatever_else_is_missing_or_absurd_the_answer_is_a_number() -> None:
    values = np.full((5, len(FEATURES)), np.nan)
    values[:, [FEATURES.index(name) for name in REQUIRED]] = [
        [0.0, 0.0],
        [1e15, 1e15],
        [-1e15, 0.0],
        [1e-300, 5.0],
        [9.0, -1e15],
    ]

    found = known(values)

    assert len(found) == 5
    text = json.dumps([asdict(each) for each in found], allow_nan=False)
    assert "value" in text
    for each in found:
        assert 0 < each.probability < 1
        narrow, wide = each.intervals
        assert wide.lower_pct <= narrow.lower_pct <= each.expected_return_pct <= narrow.upper_pct <= wide.upper_pct


def test_a_model_without_skill_says_the_same_of_everything_and_claims_no_reasons() -> None:
    model = artifact(skill=False)
    found = known(vectors(50, seed=4), skill=False)

    assert {each.probability for each in found} == {1 / (1 + math.exp(-model.intercept))}
    assert {each.explanation.parts for each in found} == {()}
    assert {(each.explanation.base, each.explanation.others) for each in found} == {(model.intercept, 0.0)}
