"""The probability of backtest overfitting: a half for luck, none for skill, as a slow second implementation has it."""

from itertools import combinations

import numpy as np
import pytest

from shared.domain.honesty.numeric.overfitting import overfitting


def slowly(returns: np.ndarray, blocks: int) -> float:
    """Return the same probability, written from the paper without any shortcut."""
    size = len(returns) // blocks
    parts = [returns[-size * blocks :][at * size : (at + 1) * size] for at in range(blocks)]
    below = 0
    splits = list(combinations(range(blocks), blocks // 2))
    for chosen in splits:
        inside = np.concatenate([parts[at] for at in chosen])
        outside = np.concatenate([parts[at] for at in range(blocks) if at not in chosen])
        best = int(np.argmax(inside.mean(axis=0) / inside.std(axis=0)))
        ratios = outside.mean(axis=0) / outside.std(axis=0)
        rank = (ratios <= ratios[best]).sum() / (len(ratios) + 1)
        below += np.log(rank / (1 - rank)) < 0
    return below / len(splits)


def test_it_is_what_the_paper_says() -> None:
    returns = np.random.default_rng(5).normal(0, 0.01, (400, 8))

    found = overfitting(returns, blocks=8)

    assert found is not None
    assert (found.splits, found.strategies) == (70, 8)
    assert found.probability == pytest.approx(slowly(returns, 8), abs=1e-12)


def test_of_worthless_strategies_the_best_one_is_luck() -> None:
    random = np.random.default_rng(11)
    found = [overfitting(random.normal(0, 0.01, (640, 20))) for _ in range(12)]

    assert np.mean([each.probability for each in found if each]) == pytest.approx(0.5, abs=0.12)


def test_one_that_is_good_throughout_is_chosen_and_stays_good() -> None:
    returns = np.random.default_rng(2).normal(0, 0.01, (640, 20))
    returns[:, 7] += 0.004

    found = overfitting(returns)

    assert found is not None
    assert (found.probability, found.loss_probability) == (0.0, 0.0)


def test_the_same_strategy_twenty_times_tells_nothing() -> None:
    returns = np.repeat(np.random.default_rng(2).normal(0, 0.01, (640, 1)), 20, axis=1)

    found = overfitting(returns)

    assert found is not None
    assert found.probability == 0.5


@pytest.mark.parametrize("shape", [(640, 1), (63, 5), (0, 5)])
def test_too_little_tells_nothing(shape: tuple[int, int]) -> None:
    assert overfitting(np.zeros(shape)) is None
