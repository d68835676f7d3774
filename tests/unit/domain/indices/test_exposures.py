"""Exposures against second, slower implementations."""

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest

from shared.domain.indices.numeric.exposures import LOOKBACKS, above_mean, better_state, breakout_ensemble, exposure_of
from shared.domain.indices.numeric.market import market_of
from shared.domain.indices.rules import ByGauge, Constant
from shared.domain.panels.panel import FloatArray
from tests.panels import walks

CLOSES = walks(600, 1, seed=4).close[:, 0]


def test_the_mean_is_that_of_pandas() -> None:
    mean = pd.Series(CLOSES).rolling(200).mean().to_numpy()

    ours = above_mean(CLOSES, 200)

    assert np.isnan(ours[:199]).all()
    assert (ours[199:] == (mean < CLOSES)[199:]).all()


def slow_breakouts(closes: FloatArray, target: float) -> FloatArray:
    result = np.full(closes.size, np.nan)
    held = dict.fromkeys(LOOKBACKS, False)
    stop = dict.fromkeys(LOOKBACKS, 0.0)
    for day in range(closes.size):
        positions = []
        for length in LOOKBACKS:
            if day + 1 < length:
                continue
            window = closes[day + 1 - length : day + 1]
            middle = (max(window) + min(window)) / 2
            if held[length]:
                stop[length] = max(stop[length], middle)
                held[length] = closes[day] >= stop[length]
            elif closes[day] >= max(window):
                held[length], stop[length] = True, middle
            positions.append(float(held[length]))
        if day >= 90:
            changes = closes[day - 89 : day + 1] / closes[day - 90 : day] - 1
            volatility = changes.std(ddof=1) * np.sqrt(365)
            result[day] = np.mean(positions) * min(target / volatility, 1)
    return result


def test_breakouts_are_those_of_a_slow_implementation() -> None:
    assert breakout_ensemble(CLOSES, 0.25) == pytest.approx(slow_breakouts(CLOSES, 0.25), nan_ok=True, abs=1e-12)


def test_shares_lie_between_nothing_and_everything() -> None:
    for made in (breakout_ensemble(CLOSES, 2.0), better_state(CLOSES), above_mean(CLOSES, 5)):
        known = made[np.isfinite(made)]
        assert known.size > 100
        assert 0 <= known.min() <= known.max() <= 1


@pytest.mark.parametrize("closes", [[], [1.0], [1.0] * 13, [1.0] * 500, [np.nan] * 500], ids=len)
def test_short_constant_or_unknown_closes_break_nothing(closes: list[float]) -> None:
    series = np.array(closes)

    for made in (breakout_ensemble(series, 0.25), better_state(series), above_mean(series, 200)):
        assert made.shape == series.shape
        assert not np.isinf(made).any()


def test_what_follows_the_gauge_needs_one() -> None:
    market = market_of(walks(10, 2))

    assert exposure_of(Constant(0.3), market).tolist() == [0.3] * 10
    with pytest.raises(ValueError, match="gauge"):
        exposure_of(ByGauge(), market)
