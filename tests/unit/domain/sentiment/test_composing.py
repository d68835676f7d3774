"""The whole index: bounds, monotony, and honest weights when something is missing."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.sentiment.composing import OF_A_TOKEN, WEIGHTS, composed
from shared.records.sentiment import ComponentName, mood_of

NAMES: list[ComponentName] = list(WEIGHTS)
some = st.floats(0, 100)
all_scores = st.fixed_dictionaries(dict.fromkeys(NAMES, some))
partial = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, some))


def test_the_published_weights_add_up() -> None:
    assert sum(WEIGHTS.values()) == 1


@given(partial)
def test_an_index_is_within_its_components_and_its_weights_add_up(scores: dict[ComponentName, float | None]) -> None:
    made = composed(scores)

    weighed = sum(WEIGHTS[name] for name in scores)
    assert (made is None) == (weighed < Decimal("0.4"))
    if made is not None:
        known = [score for score in scores.values() if score is not None]
        assert 0 <= made.value <= 100
        assert min(known) - 0.01 <= float(made.value) <= max(known) + 0.01
        assert sum(each.weight for each in made.components.values()) == pytest.approx(1, abs=0.001)
        assert made.components.keys() == scores.keys()
        assert made.coverage == weighed


@given(all_scores, st.sampled_from(NAMES), st.floats(0, 100))
def test_an_index_never_falls_when_a_component_rises(
    scores: dict[ComponentName, float | None], name: ComponentName, other: float
) -> None:
    held = scores[name] or 0.0
    low, high = composed(scores | {name: min(held, other)}), composed(scores | {name: max(held, other)})

    assert low is not None
    assert high is not None
    assert low.value <= high.value


def test_a_missing_component_is_neither_zero_nor_neutral() -> None:
    scores: dict[ComponentName, float | None] = {"volatility": 80.0, "momentum": 60.0, "news": None}

    made = composed(scores)

    assert made is not None
    assert made.value == 70
    assert made.coverage == Decimal("0.5")
    assert "news" not in made.components
    assert {name: each.weight for name, each in made.components.items()} == {
        "volatility": Decimal("0.5"),
        "momentum": Decimal("0.5"),
    }


def test_a_token_is_measured_by_what_a_token_has() -> None:
    scores: dict[ComponentName, float | None] = {"momentum": 90.0, "news": 40.0, "breadth": 0.0}

    made = composed(scores, of=OF_A_TOKEN)

    assert made is not None
    assert made.components.keys() == {"momentum", "news"}
    assert float(made.value) == pytest.approx((0.25 * 90 + 0.10 * 40) / 0.35, abs=0.01)


@pytest.mark.parametrize(
    ("value", "mood"),
    [
        ("0", "extreme_fear"),
        ("25", "extreme_fear"),
        ("25.49", "extreme_fear"),
        ("25.5", "fear"),
        ("46", "fear"),
        ("47", "neutral"),
        ("54", "neutral"),
        ("55", "greed"),
        ("75", "greed"),
        ("76", "extreme_greed"),
        ("100", "extreme_greed"),
    ],
)
def test_classes_begin_where_alternative_me_s_do(value: str, mood: str) -> None:
    assert mood_of(Decimal(value)) == mood
