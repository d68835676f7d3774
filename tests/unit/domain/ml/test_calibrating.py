"""Calibration: probabilities that come true as often, intervals that hold as many, and nothing where nothing is known."""

import numpy as np
import pytest

from shared.domain.ml.numeric.calibrating import chance, logit, platt, widened, width_of


def test_platt_finds_the_curve_that_outcomes_follow() -> None:
    random = np.random.default_rng(1)
    raw = random.normal(3, 2, 40_000)

    slope, intercept = platt(raw, random.random(40_000) < chance(0.7 * raw - 2.5))

    assert slope == pytest.approx(0.7, abs=0.03)
    assert intercept == pytest.approx(-2.5, abs=0.12)


def test_a_score_that_points_the_wrong_way_says_the_base_rate() -> None:
    raw = np.linspace(-1, 1, 1_000)

    slope, intercept = platt(raw, raw < -0.2)

    assert slope == 0
    assert chance(np.array([intercept]))[0] == pytest.approx(0.4, abs=0.001)


@pytest.mark.parametrize(("won", "share"), [(np.ones(9, bool), 1), (np.zeros(9, bool), 0), (np.arange(9) < 3, 1 / 3)])
def test_scores_that_are_all_the_same_say_the_base_rate(
    won: "np.ndarray[tuple[int], np.dtype[np.bool_]]", share: float
) -> None:
    slope, intercept = platt(np.ones(9), won)

    assert slope == 0
    assert intercept == pytest.approx(logit(share))


def test_a_perfect_score_gives_finite_numbers() -> None:
    raw = np.linspace(-1, 1, 200)

    slope, intercept = platt(raw, raw > 0)

    assert np.isfinite([slope, intercept]).all()
    assert slope > 0


@pytest.mark.parametrize("coverage", [0.8, 0.95])
def test_widened_intervals_hold_what_they_state_on_other_rows(coverage: float) -> None:
    random = np.random.default_rng(2)
    labels, other = random.standard_t(3, 20_000), random.standard_t(3, 20_000)
    low, high = np.full(20_000, -0.5), np.full(20_000, 0.7)

    ends = widened(low, high, width_of(low, high, labels, coverage))

    assert ((ends[0] <= other) & (other <= ends[1])).mean() == pytest.approx(coverage, abs=0.01)


def test_intervals_without_width_grow_all_the_same() -> None:
    still = np.zeros(100)

    low, high = widened(still, still, width_of(still, still, np.linspace(-1, 1, 100), 0.8))

    assert (low <= -0.79).all()
    assert (high >= 0.79).all()
