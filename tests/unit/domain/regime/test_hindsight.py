"""Hindsight: right about sides that are over, and the measure by which online labels are chosen."""

import numpy as np
import pytest

from shared.domain.regime.numeric.hindsight import FLIP_DAYS, hindsight_of, worth
from shared.domain.regime.numeric.jumps import LAPSES_AFTER_DAYS, sides

TRUTH = np.repeat([1, -1, 1, -1, 1], [200, 150, 120, 180, 150])


def returns(drift: float, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.03, len(TRUTH)) + drift * TRUTH


def test_sides_of_a_market_that_turns_are_found_once_they_are_over() -> None:
    found = hindsight_of(returns(0.01))

    assert found is not None
    assert (found == TRUTH).mean() > 0.95
    assert (np.diff(found[:-20]) != 0).sum() == 4, "the newest days are not over yet"


@pytest.mark.parametrize("market", [np.full(500, 0.01), np.zeros(500), np.full(500, np.nan)])
def test_a_market_of_one_side_has_no_two(market: np.ndarray) -> None:
    assert hindsight_of(market) is None


def test_labels_that_hindsight_confirms_are_worth_one_and_each_false_flip_costs_its_days() -> None:
    said = TRUTH.astype(float)
    flipped = said.copy()
    flipped[100:102] = -1

    whole, less = worth(said, TRUTH), worth(flipped, TRUTH)

    assert whole == pytest.approx(1.0)
    wrong = 2 / (TRUTH == 1).sum() / 2
    assert less == pytest.approx(1.0 - wrong - FLIP_DAYS / len(TRUTH))


def test_without_a_record_or_hindsight_labels_are_worth_nothing_that_is_known() -> None:
    short = np.full(len(TRUTH), np.nan)
    short[-179:] = 1

    assert worth(short, TRUTH) is None
    assert worth(TRUTH.astype(float), None) is None


def test_days_without_a_label_do_not_count() -> None:
    said = TRUTH.astype(float)
    said[:300] = np.nan

    assert worth(said, TRUTH) == pytest.approx(1.0)


def test_a_side_stands_until_the_other_is_taken_or_nothing_renews_it() -> None:
    lean = np.concatenate([[0.5, 1.2, -0.9, 0.2, -1.1], np.full(LAPSES_AFTER_DAYS, -0.5), [-0.5, 1.5]])

    found = sides(lean, 1.0).tolist()

    assert found[:5] == [0, 1, 1, 1, -1]
    assert found[5 : 4 + LAPSES_AFTER_DAYS] == [-1] * (LAPSES_AFTER_DAYS - 1)
    assert found[4 + LAPSES_AFTER_DAYS :] == [0, 0, 1]
