"""Information coefficients are those of scipy, find what is there, and find nothing in noise."""

import numpy as np
import pytest
from scipy import stats  # type: ignore[import-untyped]

from shared.domain.panels.panel import FloatArray
from tools.science.coefficients import Coefficient, across, along, averaged, discovered, draws

DAYS, TOKENS = 300, 14
DRAWN = draws(DAYS, 1)


def noise(seed: int, *, days: int = DAYS) -> FloatArray:
    return np.random.default_rng(seed).normal(0, 1, (days, TOKENS))


def of(p: float) -> Coefficient:
    return Coefficient(0.1, 0.0, 0.2, p, 300)


def test_across_tokens_it_is_scipys_of_what_both_know() -> None:
    values, later = noise(1), noise(2)
    values[:, 3] = np.round(values[:, 3])
    values[5, :2], later[5, 9] = np.nan, np.nan
    later[7, :8] = np.nan
    values[9] = 1.0

    made = across(values, later)

    known = np.isfinite(values[5]) & np.isfinite(later[5])
    assert made[5] == pytest.approx(stats.spearmanr(values[5, known], later[5, known]).statistic)
    assert made[0] == pytest.approx(stats.spearmanr(values[0], later[0]).statistic)
    # Six tokens are too few, and what is the same for all has no order.
    assert np.isnan(made[[7, 9]]).all()


def test_along_days_it_is_the_mean_over_tokens_of_scipys() -> None:
    values, later = noise(1), noise(2)
    values[:, 3] = np.nan
    values[:, 4] = 5.0

    made = along(values, later, DRAWN)

    each = [stats.spearmanr(values[:, at], later[:, at]).statistic for at in range(TOKENS) if at not in (3, 4)]
    assert made is not None
    assert made.value == pytest.approx(np.mean(each))
    assert made.days == DAYS


def test_what_tells_the_future_is_found_and_its_interval_holds_it() -> None:
    later = noise(3)

    found = averaged(across(later + 3 * noise(4), later), DRAWN)

    assert found is not None
    assert found.low > 0.2
    assert found.low < found.value < found.high
    assert found.p < 1e-6


def test_in_noise_discoveries_are_hardly_ever_made() -> None:
    made = [averaged(across(noise(2 * seed), noise(2 * seed + 1)), DRAWN) for seed in range(50)]
    found = [each for each in made if each]

    assert len(found) == 50
    assert sum(discovered(found)) <= 2
    assert np.mean([each.p < 0.05 for each in found]) < 0.15


def test_too_few_days_are_no_coefficient() -> None:
    few, drawn = noise(1, days=100), draws(100, 1)

    assert averaged(across(few, few), drawn) is None
    assert along(few, few, drawn) is None


@pytest.mark.parametrize("under", ["bh", "by"])
def test_discoveries_are_those_of_scipys_control(under: str) -> None:
    tried = np.random.default_rng(5).random(60) ** 4
    wanted = stats.false_discovery_control(tried, method=under) <= 0.05

    assert discovered([of(p) for p in tried], under=under) == wanted.tolist()
    assert 0 < wanted.sum() < 60


def test_nothing_tried_is_nothing_discovered() -> None:
    assert discovered([]) == []
    assert discovered([of(1.0)]) == [False]
