"""Resampling in blocks: whose blocks, how long, and how often the truth lies within."""

import numpy as np
import pytest

from shared.domain.honesty.numeric.bootstrap import intervals, ratios, sharpe_difference, stationary_rows


def test_blocks_have_the_mean_length_and_wrap_around() -> None:
    rows = stationary_rows(500, 200, np.random.default_rng(1), mean_block=21)

    steps = (rows[:, 1:] - rows[:, :-1]) % 500
    assert (rows.min(), rows.max()) == (0, 499)
    assert 1 / (steps != 1).mean() == pytest.approx(21, rel=0.1)


def test_every_day_is_drawn_equally_often() -> None:
    rows = stationary_rows(50, 4_000, np.random.default_rng(1))
    counts = np.bincount(rows.ravel(), minlength=50)

    assert counts / counts.mean() == pytest.approx(np.ones(50), abs=0.1)


def test_the_same_seed_gives_the_same_interval() -> None:
    returns = np.random.default_rng(4).normal(0, 0.02, 400)

    assert (intervals(returns, ratios, seed=3) == intervals(returns, ratios, seed=3)).all()


def test_the_true_ratio_lies_within_about_as_often_as_promised() -> None:
    random = np.random.default_rng(9)
    truth = 0.05 * np.sqrt(365)
    inside = 0
    for each in range(60):
        ends = intervals(random.normal(0.001, 0.02, 700), ratios, seed=each, samples=200)
        inside += bool(ends[0, 1] <= truth <= ends[1, 1])

    assert 0.85 <= inside / 60 <= 1.0


def test_measures_are_those_of_the_series() -> None:
    returns = np.random.default_rng(4).normal(0.001, 0.02, (3, 400))

    growth, sharpe, deepest = ratios(returns).T

    assert growth == pytest.approx(np.prod(1 + returns, axis=1) ** (365 / 400) - 1)
    assert sharpe == pytest.approx(returns.mean(axis=1) / returns.std(axis=1, ddof=1) * np.sqrt(365))
    values = np.concatenate([np.ones((3, 1)), np.cumprod(1 + returns, axis=1)], axis=1)
    assert deepest == pytest.approx((values / np.maximum.accumulate(values, axis=1) - 1).min(axis=1))


def test_a_series_is_no_better_than_itself() -> None:
    returns = np.random.default_rng(4).normal(0.001, 0.02, 400)

    ends = intervals(np.stack([returns, returns], axis=1), sharpe_difference, seed=1, samples=100)

    assert ends.tolist() == [[0.0], [0.0]]
