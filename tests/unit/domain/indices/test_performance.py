"""Figures equal those of empyrical with a year of 365 days."""

import warnings
from typing import Any

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest

from shared.domain.indices.numeric.performance import drawdowns, figures, monthly
from shared.domain.panels.panel import DayArray, FloatArray

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import empyrical  # type: ignore[import-untyped]

DAYS: DayArray = np.arange(np.datetime64("2020-02-10"), np.datetime64("2024-02-10"))


def returns_of(seed: int, size: int = DAYS.size) -> FloatArray:
    return np.random.default_rng(seed).standard_t(4, size) * 0.025 + 0.0005


def series(returns: FloatArray) -> Any:
    return pd.Series(returns, index=pd.DatetimeIndex(DAYS[: returns.size]))


@pytest.mark.parametrize("seed", range(5))
def test_figures_are_those_of_empyrical(seed: int) -> None:
    returns = returns_of(seed)
    nothing = np.zeros(returns.size)

    found = figures(DAYS, returns, nothing, nothing, nothing)

    theirs = series(returns)
    year = {"annualization": 365}
    wanted = {
        "total_return": empyrical.cum_returns_final(theirs),
        "cagr": empyrical.annual_return(theirs, **year),
        "volatility": empyrical.annual_volatility(theirs, **year),
        "sharpe": empyrical.sharpe_ratio(theirs, **year),
        "sortino": empyrical.sortino_ratio(theirs, **year),
        "calmar": empyrical.calmar_ratio(theirs, **year),
        "max_drawdown": empyrical.max_drawdown(theirs),
        "worst_month": empyrical.aggregate_returns(theirs, "monthly").min(),
        "best_month": empyrical.aggregate_returns(theirs, "monthly").max(),
    }
    for name, value in wanted.items():
        assert getattr(found, name) == pytest.approx(float(value), abs=1e-8), name


def test_shares_and_turnover_are_of_a_year() -> None:
    size = 730
    held = np.where(np.arange(size) % 2 == 0, 0.5, 0.0)
    traded, costs = np.zeros(size), np.zeros(size)
    traded[10], costs[10] = 1.0, 0.01

    found = figures(DAYS[:size], np.full(size, 0.001), held, traded, costs)

    assert (found.time_in_market, found.mean_invested) == (0.5, 0.25)
    assert found.turnover_a_year == pytest.approx(0.25)
    assert found.costs_a_year == pytest.approx(0.005)


def test_months_are_those_of_the_calendar() -> None:
    assert monthly(DAYS, np.zeros(DAYS.size)).size == 49


def test_drawdowns_are_told_from_peak_to_recovery_deepest_first() -> None:
    returns = np.array([0.1, -0.1, -0.1, 0.3, 0.0, -0.5, 0.1])

    first, second = drawdowns(DAYS[:7], returns)

    assert (first.peak, first.bottom, first.recovered) == (DAYS[4], DAYS[5], None)
    assert first.depth == pytest.approx(-0.5)
    assert (second.peak, second.bottom, second.recovered) == (DAYS[0], DAYS[2], DAYS[3])
    assert second.depth == pytest.approx(-0.19)


@pytest.mark.parametrize("size", [0, 1, 13])
def test_few_days_have_figures_or_none_and_never_nan(size: int) -> None:
    found = figures(DAYS[:size], np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size))

    values = [getattr(found, name) for name in found.__dataclass_fields__]
    assert all(value is None or np.isfinite(value) for value in values)
    assert (found.days, found.sharpe, found.sortino, found.calmar) == (size, None, None, None)


def test_losing_everything_has_figures() -> None:
    nothing = np.zeros(3)

    found = figures(DAYS[:3], np.array([0.1, -1.0, 0.0]), nothing, nothing, nothing)

    assert (found.total_return, found.max_drawdown, found.cagr) == (-1.0, -1.0, -1.0)
