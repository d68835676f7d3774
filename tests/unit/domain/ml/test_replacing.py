"""Replacing: only what is better on days that neither has seen, and never what is dishonest."""

from dataclasses import replace

import numpy as np
import pytest

from shared.domain.ml.numeric.replacing import Serving, decided, dishonest
from shared.domain.ml.numeric.training import Trained
from tests.learning import model

EARLY = np.datetime64("2020-01-01")


def serving(made: Trained, *, through: np.datetime64 = EARLY) -> Serving:
    return Serving(replace(made.artifact, model_id="the-serving-one"), through)


def test_the_first_model_serves_if_it_is_honest_even_without_skill() -> None:
    decision = decided(model("noise"), None)

    assert (decision.state, decision.compared_with) == ("serving", None)
    assert "honest" in decision.reason


def test_a_model_that_is_better_on_the_same_rows_replaces() -> None:
    decision = decided(model("planted"), serving(model("noise")))

    assert (decision.state, decision.compared_with) == ("serving", "the-serving-one")
    assert decision.log_loss is not None
    assert decision.log_loss["new"] < decision.log_loss["serving"]
    assert decision.log_loss["probability_better"] >= 0.9
    assert decision.predictions == len(model("planted").held_out.days)


def test_a_model_that_is_worse_is_refused() -> None:
    knows = model("planted")
    knows_nothing = replace(knows, artifact=replace(model("noise").artifact, model_id="new"))

    decision = decided(knows_nothing, serving(knows))

    assert (decision.state, decision.compared_with) == ("refused", "the-serving-one")
    assert "worse" in decision.reason


def test_a_model_that_is_the_same_is_refused() -> None:
    decision = decided(model("planted"), serving(model("planted")))

    assert decision.state == "refused"
    assert "not better beyond chance" in decision.reason
    assert decision.log_loss is not None
    assert (decision.log_loss["difference"], decision.log_loss["probability_better"]) == (0, 0.5)


def test_a_model_with_the_same_probabilities_and_better_intervals_replaces() -> None:
    made = model("planted")
    loose = replace(made.artifact, widths=((0.8, 3.0), (0.95, 4.0)))

    decision = decided(made, Serving(loose, EARLY))

    assert decision.state == "serving"
    assert decision.interval_score is not None
    assert decision.interval_score["probability_better"] == 1


def test_a_model_that_is_better_in_one_and_worse_in_the_other_is_refused() -> None:
    knows = model("planted")
    loose = replace(knows, artifact=replace(knows.artifact, widths=((0.8, 3.0), (0.95, 4.0))))

    decision = decided(loose, serving(model("noise")))

    assert decision.state == "refused"
    assert "worse in the other" in decision.reason


def test_days_that_the_serving_model_has_seen_do_not_count() -> None:
    made = model("planted")
    days = np.unique(made.held_out.days)

    half = decided(made, serving(model("noise"), through=days[3]))
    none = decided(made, serving(model("noise"), through=days[-1]))

    assert half.first == str(days[4])
    assert none.state == "refused"
    assert "fewer than" in none.reason


@pytest.mark.parametrize(("shrunk", "told"), [(0.5, "intervals hold"), (1.0, None)])
def test_intervals_that_hold_less_than_they_state_are_dishonest(shrunk: float, told: str | None) -> None:
    walk = model("noise").walk
    middle = [(low + high) / 2 for low, high in walk.intervals]
    ends = tuple(
        (at + (low - at) * shrunk, at + (high - at) * shrunk)
        for at, (low, high) in zip(middle, walk.intervals, strict=True)
    )

    doubts = dishonest(replace(walk, intervals=ends))

    assert bool(doubts) == (told is not None)
    assert all(told in each for each in doubts if told)


def test_probabilities_worse_than_the_base_rate_are_dishonest_and_refused() -> None:
    made = model("planted")
    liar = replace(made, walk=replace(made.walk, probability=1 - made.walk.probability))

    decision = decided(liar, None)

    assert decision.state == "refused"
    assert "worse than the base rate" in decision.reason
