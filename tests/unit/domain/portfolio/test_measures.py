"""Measures of risk against empyrical, with 365 days in a year."""

import importlib
import random
import warnings
from typing import Any

import pytest

from shared.domain.portfolio.measures import (
    correlations,
    deepest,
    expected_shortfall,
    sharpe,
    sortino,
    value_at_risk,
    volatility,
)


def drawn(seed: int) -> list[float]:
    source = random.Random(seed)
    return [source.gauss(0.001, 0.03) for _ in range(40 + 53 * seed)]


SERIES = [drawn(seed) for seed in range(1, 7)]


@pytest.fixture(scope="module")
def empyrical() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module("empyrical")


def array(returns: list[float]) -> Any:
    import numpy as np

    return np.array(returns)


@pytest.mark.parametrize("returns", SERIES, ids=len)
def test_ratios_are_those_of_empyrical(empyrical: Any, returns: list[float]) -> None:
    values = array(returns)

    assert volatility(returns) == pytest.approx(empyrical.annual_volatility(values, annualization=365), rel=1e-12)
    assert sharpe(returns) == pytest.approx(empyrical.sharpe_ratio(values, annualization=365), rel=1e-12)
    assert sortino(returns) == pytest.approx(empyrical.sortino_ratio(values, annualization=365), rel=1e-12)


@pytest.mark.parametrize("returns", SERIES, ids=len)
@pytest.mark.parametrize("tail", [0.05, 0.01])
def test_tails_are_those_of_empyrical(empyrical: Any, returns: list[float], tail: float) -> None:
    values = array(returns)

    assert value_at_risk(returns, tail) == pytest.approx(empyrical.value_at_risk(values, cutoff=tail), rel=1e-9)
    expected = empyrical.conditional_value_at_risk(values, cutoff=tail)
    assert expected_shortfall(returns, tail) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("returns", SERIES, ids=len)
def test_drawdown_is_that_of_empyrical(empyrical: Any, returns: list[float]) -> None:
    levels = [1.0]
    for each in returns:
        levels.append(levels[-1] * (1 + each))

    found = deepest(levels)

    assert found.depth == pytest.approx(empyrical.max_drawdown(array(returns)), rel=1e-12)
    assert levels[found.bottom] / levels[found.peak] - 1 == pytest.approx(found.depth)


def test_a_drawdown_names_its_peak_its_bottom_and_its_end() -> None:
    found = deepest([1, 2, 1, 1.5, 2, 3, 2.5])

    assert (found.depth, found.peak, found.bottom, found.recovered) == (-0.5, 1, 2, 4)
    assert deepest([1, 2, 1]).recovered is None
    assert deepest([1, 1, 2]).depth == 0


def test_what_never_moves_has_no_ratio() -> None:
    still = [0.0] * 40

    assert (volatility(still), sharpe(still), sortino(still)) == (0, None, None)


def test_correlations_are_pearsons() -> None:
    import numpy as np

    some = {str(seed): SERIES[-1][seed : seed + 200] for seed in range(4)} | {"still": [0.5] * 200}

    found = correlations(some)

    expected = np.corrcoef([some[str(seed)] for seed in range(4)])
    for row, line in zip(found[:4], expected, strict=True):
        assert row[:4] == pytest.approx(list(line), abs=1e-12)
    assert found[4] == [None] * 5
