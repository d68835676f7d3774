"""The deflated Sharpe ratio, by the example that its authors published."""

import math

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from shared.domain.honesty.numeric.deflated import (
    Moments,
    deflated_sharpe,
    expected_best,
    moments,
    probabilistic_sharpe,
    trial_variance,
)

# Bailey and López de Prado (2014), "A numerical example": 100 trials whose annual ratios have a variance of 1/2, five years of 250 days.
TRIALS, VARIANCE = 100, 0.5 / 250
EXAMPLE = Moments(size=1250, sharpe=2.5 / math.sqrt(250), skewness=-3.0, kurtosis=10.0)


def test_the_published_example_is_reproduced() -> None:
    assert round(expected_best(TRIALS, VARIANCE), 4) == 0.1132
    assert round(deflated_sharpe(EXAMPLE, TRIALS, VARIANCE), 4) == 0.9004


def test_the_published_number_of_trials_that_would_still_pass_is_reproduced() -> None:
    # "Had the strategist … after running only 46 trials, … DSR ≈ 0.9505."
    assert round(deflated_sharpe(EXAMPLE, 46, VARIANCE), 4) == 0.9505


def test_one_trial_is_not_deflated() -> None:
    assert deflated_sharpe(EXAMPLE, 1, VARIANCE) == probabilistic_sharpe(EXAMPLE, 0.0)


def test_more_trials_are_worth_less() -> None:
    worth = [deflated_sharpe(EXAMPLE, trials, VARIANCE) for trials in (1, 2, 10, 100, 10_000)]

    assert worth == sorted(worth, reverse=True)


def test_moments_are_those_of_scipy() -> None:
    returns = np.random.default_rng(3).standard_t(5, 2_000) * 0.02 + 0.001
    found = moments(returns)

    assert found is not None
    assert found.sharpe == pytest.approx(returns.mean() / returns.std(ddof=1), abs=1e-12)
    assert found.skewness == pytest.approx(float(stats.skew(returns)), abs=1e-10)
    assert found.kurtosis == pytest.approx(float(stats.kurtosis(returns, fisher=False)), abs=1e-10)


@pytest.mark.parametrize("returns", [[], [0.1], [0.1, 0.2], [0.0] * 50])
def test_what_does_not_move_has_no_moments(returns: list[float]) -> None:
    assert moments(np.array(returns)) is None


def test_equal_trials_are_not_free() -> None:
    assert trial_variance(np.full(20, 0.05), 1001) == 1 / 1000
    assert trial_variance(np.array([0.1, -0.1]), 1001) == pytest.approx(0.02)
