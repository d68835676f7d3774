"""Weights: in proportion, capped, whole."""

import numpy as np
import pytest

from shared.domain.indices.numeric.weights import capped, raw_weights


def test_what_is_cut_off_goes_to_the_others_in_proportion() -> None:
    weights = capped(np.array([0.6, 0.2, 0.1, 0.06, 0.04]), 0.25)

    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert weights[0] == weights[1] == 0.25
    assert weights[2:] / weights[2] == pytest.approx([1.0, 0.6, 0.4])


def test_cutting_goes_on_until_none_is_over() -> None:
    caps = np.array([50.0, 30.0, 10.0, 5.0, 3.0, 2.0])

    weights = capped(raw_weights(caps, "market_cap"), 0.25)

    assert weights.max() <= 0.25
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert (np.diff(weights) <= 1e-15).all()


def test_too_few_tokens_for_the_cap_leave_the_rest_uninvested() -> None:
    assert capped(np.array([0.9, 0.1]), 0.25).tolist() == [0.25, 0.25]
    assert capped(np.array([0.7, 0.1, 0.1, 0.1]), 0.25).tolist() == [0.25] * 4
    assert capped(np.array([]), 0.25).tolist() == []


def test_roots_weigh_between_capitalisation_and_equality() -> None:
    caps = np.array([16.0, 1.0])

    assert raw_weights(caps, "market_cap")[0] == pytest.approx(16 / 17)
    assert raw_weights(caps, "root_market_cap")[0] == pytest.approx(4 / 5)
    assert raw_weights(caps, "equal")[0] == 0.5


@pytest.mark.parametrize("seed", range(20))
def test_any_weights_keep_cap_and_sum(seed: int) -> None:
    random = np.random.default_rng(seed)
    caps = random.lognormal(0, 3, random.integers(1, 120))
    cap = float(random.uniform(0.01, 1.0))

    weights = capped(raw_weights(caps, "market_cap"), cap)

    assert weights.max() <= cap + 1e-12
    assert weights.sum() == pytest.approx(min(1.0, caps.size * cap), abs=1e-9)
