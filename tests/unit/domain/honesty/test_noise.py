"""Pure noise: hardly any strategy may pass the honesty section, and one with skill must."""

import numpy as np
import pytest

from shared.domain.honesty.numeric.deflated import moments, probabilistic_sharpe
from shared.domain.honesty.numeric.sections import Evidence, honesty_of
from shared.domain.panels.panel import FloatArray
from tests.strategies import noise_tracks


def passed(returns: FloatArray, benchmark: FloatArray, tried: FloatArray) -> bool:
    section = honesty_of(Evidence(returns=returns, benchmark=benchmark, tried=tried))
    return bool(section["verdict"]["significant"])


def share_passed(markets: int, strategies: int, days: int) -> float:
    found = []
    for seed in range(markets):
        benchmark, tried = noise_tracks(days, 10, strategies, seed=1_000 + seed)
        found += [passed(tried[:, at], benchmark, tried) for at in range(strategies)]
    return float(np.mean(found))


def test_on_noise_at_most_one_in_twenty_passes() -> None:
    assert share_passed(markets=3, strategies=6, days=400) <= 0.05


@pytest.mark.slow
def test_on_noise_at_most_one_in_twenty_passes_at_full_size() -> None:
    assert share_passed(markets=8, strategies=24, days=1_460) <= 0.05


def test_without_counting_trials_the_best_of_noise_would_pass_far_too_often() -> None:
    naive = []
    random = np.random.default_rng(12)
    for _ in range(200):
        tried = random.normal(0, 0.02, (500, 10))
        found = [moments(tried[:, at]) for at in range(10)]
        naive.append(max(probabilistic_sharpe(each, 0.0) for each in found if each))

    assert np.mean(np.array(naive) > 0.95) > 0.05


def test_skill_passes() -> None:
    benchmark, tried = noise_tracks(900, 10, 8, seed=77)
    tried[:, 3] += 0.004

    section = honesty_of(Evidence(returns=tried[:, 3], benchmark=benchmark, tried=tried))

    assert section["verdict"] == {"significant": True, "doubts": []}


def test_earlier_trials_count() -> None:
    benchmark, tried = noise_tracks(500, 5, 2, seed=5)
    alone = Evidence(returns=tried[:, 0], benchmark=benchmark, tried=tried)
    after = Evidence(returns=tried[:, 0], benchmark=benchmark, tried=tried, earlier_sharpes=[0.1, -0.1] * 50)

    first, second = honesty_of(alone), honesty_of(after)

    assert (first["trials"]["count"], second["trials"]["count"]) == (2, 102)
    assert second["deflated_sharpe"]["probability"] < first["deflated_sharpe"]["probability"]


@pytest.mark.parametrize("days", [0, 1, 2])
def test_too_few_days_are_doubted_and_nothing_breaks(days: int) -> None:
    nothing = np.zeros(days)

    section = honesty_of(Evidence(returns=nothing, benchmark=nothing, tried=nothing[:, None]))

    assert section["verdict"] == {"significant": False, "doubts": ["too few days to tell"]}
    assert section["deflated_sharpe"] is section["intervals"] is section["overfitting"] is None
