"""Indicators are those of TA-Lib to 1e-8; where it has none, those of a plain second implementation."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import talib
from talib import MA_Type  # type: ignore[attr-defined]

from shared.domain.datapoints.numeric import (
    channels,
    directional,
    liquidity,
    macd,
    money_flow,
    oscillators,
    returns,
    risk,
    rsi,
    trend,
    volume,
)
from shared.domain.datapoints.numeric.bars import Bars, bars_of
from shared.domain.datapoints.numeric.smoothing import ema
from shared.domain.datapoints.numeric.windows import (
    FloatArray,
    rolling_deviation,
    rolling_max,
    rolling_mean,
    rolling_min,
)
from shared.domain.panels.panel import Panel
from tests.panels import needs_history, recorded_candles, walks

TOKENS = 5
Made = Callable[[Bars], FloatArray]
Line = FloatArray
Oracle = Callable[[Line, Line, Line, Line], Line]
"""Of high, low, close and volume."""

CASES: dict[str, tuple[Made, Oracle]] = {
    "rsi": (partial(rsi.relative_strength, window=14), lambda h, d, c, v: talib.RSI(c, 14)),
    "cmo": (partial(rsi.momentum_oscillator, window=14), lambda h, d, c, v: talib.CMO(c, 14)),
    "macd": (macd.line, lambda h, d, c, v: talib.MACD(c, 12, 26, 9)[0]),
    "macd_signal": (macd.signal, lambda h, d, c, v: talib.MACD(c, 12, 26, 9)[1]),
    "ema": (lambda bars: ema(bars.close, 20), lambda h, d, c, v: talib.EMA(c, 20)),
    "sma": (lambda bars: rolling_mean(bars.close, 50), lambda h, d, c, v: talib.SMA(c, 50)),
    "max": (lambda bars: rolling_max(bars.close, 55), lambda h, d, c, v: talib.MAX(c, 55)),
    "min": (lambda bars: rolling_min(bars.close, 20), lambda h, d, c, v: talib.MIN(c, 20)),
    "deviation": (lambda bars: rolling_deviation(bars.close, 20), lambda h, d, c, v: talib.STDDEV(c, 20)),
    "trix": (partial(macd.triple, window=15), lambda h, d, c, v: talib.TRIX(c, 15)),
    "stochastic_k": (
        oscillators.stochastic_k,
        lambda h, d, c, v: talib.STOCH(h, d, c, 14, 3, MA_Type.SMA, 3, MA_Type.SMA)[0],
    ),
    "stochastic_d": (
        oscillators.stochastic_d,
        lambda h, d, c, v: talib.STOCH(h, d, c, 14, 3, MA_Type.SMA, 3, MA_Type.SMA)[1],
    ),
    "williams": (partial(oscillators.williams, window=14), lambda h, d, c, v: talib.WILLR(h, d, c, 14)),
    "cci": (partial(oscillators.commodity_channel, window=20), lambda h, d, c, v: talib.CCI(h, d, c, 20)),
    "aroon": (partial(oscillators.aroon, window=25), lambda h, d, c, v: talib.AROONOSC(h, d, 25)),
    "ultimate": (oscillators.ultimate, lambda h, d, c, v: talib.ULTOSC(h, d, c, 7, 14, 28)),
    "atr": (partial(directional.average_true_range, window=14), lambda h, d, c, v: talib.ATR(h, d, c, 14)),
    "natr": (partial(directional.range_share, window=14), lambda h, d, c, v: talib.NATR(h, d, c, 14)),
    "plus_di": (partial(directional.plus, window=14), lambda h, d, c, v: talib.PLUS_DI(h, d, c, 14)),
    "minus_di": (partial(directional.minus, window=14), lambda h, d, c, v: talib.MINUS_DI(h, d, c, 14)),
    "adx": (partial(directional.strength, window=14), lambda h, d, c, v: talib.ADX(h, d, c, 14)),
    "mfi": (partial(money_flow.money_flow_index, window=14), lambda h, d, c, v: talib.MFI(h, d, c, v, 14)),
    "adosc": (partial(money_flow.oscillation, fast=3, slow=10), lambda h, d, c, v: talib.ADOSC(h, d, c, v, 3, 10)),
    "band_position": (
        partial(channels.band_position, window=20),
        lambda h, d, c, v: (
            (c - talib.BBANDS(c, 20, 2, 2)[2]) / (talib.BBANDS(c, 20, 2, 2)[0] - talib.BBANDS(c, 20, 2, 2)[2])
        ),
    ),
    "band_width": (
        partial(channels.band_width, window=20),
        lambda h, d, c, v: 100 * (talib.BBANDS(c, 20, 2, 2)[0] - talib.BBANDS(c, 20, 2, 2)[2]) / talib.SMA(c, 20),
    ),
    "obv_slope": (
        lambda bars: money_flow.balance_slope(bars, 20),
        lambda h, d, c, v: np.concatenate(
            [np.full(20, np.nan), (talib.OBV(c, v)[20:] - talib.OBV(c, v)[:-20]) / talib.SUM(v, 20)[20:]]
        ),
    ),
    "roc": (partial(returns.total, days=30), lambda h, d, c, v: talib.ROC(c, 30)),
    "volatility": (
        partial(risk.volatility, window=30),
        lambda h, d, c, v: talib.STDDEV(np.concatenate([[np.nan], np.diff(np.log(c))]), 30) * np.sqrt(365) * 100,
    ),
}


def agree(made: FloatArray, told: FloatArray, *, from_row: int = 0) -> None:
    both = np.isfinite(made) & np.isfinite(told)
    both[:from_row] = False
    assert both.sum() > 100
    scale = np.maximum(1.0, np.abs(told[both]))
    assert np.max(np.abs(made[both] - told[both]) / scale) <= 1e-8


def told(panel: Panel, column: int, oracle: Oracle) -> FloatArray:
    lines = (panel.high, panel.low, panel.close, panel.volume_usd)
    return oracle(*(np.ascontiguousarray(line[:, column]) for line in lines))


@pytest.mark.parametrize("name", CASES)
def test_it_is_that_of_talib(name: str) -> None:
    ours, oracle = CASES[name]
    panel = walks(400, TOKENS, seed=3)
    made = ours(bars_of(panel))

    for column in range(TOKENS):
        line = told(panel, column, oracle)
        agree(made[:, column], line)
        unknown = np.isnan(line).sum()
        assert np.isnan(made[:, column]).sum() <= unknown + 1


@pytest.mark.parametrize("name", CASES)
def test_after_a_hole_it_is_that_of_the_days_since(name: str) -> None:
    ours, oracle = CASES[name]
    whole = walks(400, 1, seed=4)
    holed = walks(400, 1, seed=4)
    for array in (holed.open, holed.high, holed.low, holed.close, holed.volume_usd):
        array[100:110] = np.nan

    made = ours(bars_of(holed))[:, 0]

    # The last close is carried three days on; seven more days are unknown, then all begins anew.
    since = Panel(
        days=whole.days[110:],
        token_ids=whole.token_ids,
        open=whole.open[110:],
        high=whole.high[110:],
        low=whole.low[110:],
        close=whole.close[110:],
        volume_usd=whole.volume_usd[110:],
        market_cap_usd=whole.market_cap_usd[110:],
    )
    agree(made[110:], told(since, 0, oracle))
    np.testing.assert_array_equal(made[:100], ours(bars_of(whole))[:100, 0])


@needs_history
@pytest.mark.parametrize("name", CASES)
def test_it_is_that_of_talib_on_bitcoins_real_days(name: str) -> None:
    ours, oracle = CASES[name]
    panel = recorded_candles("btcusdt")

    agree(ours(bars_of(panel))[:, 0], told(panel, 0, oracle))


def test_trend_t_is_that_of_a_least_squares_line() -> None:
    panel = walks(120, 3, seed=5)
    made = trend.slope_of_closes(bars_of(panel), 30)
    days = np.arange(30.0)

    for row in (29, 60, 119):
        for column in range(3):
            values = np.log(panel.close[row - 29 : row + 1, column])
            (slope, level), covariance = np.polyfit(days, values, 1, cov=True)
            assert level == level
            assert made[row, column] == pytest.approx(slope / np.sqrt(covariance[0, 0]), rel=1e-8)


def test_skewness_drawdown_median_and_correlation_are_those_of_the_plain_formulas() -> None:
    panel = walks(120, 2, seed=6)
    bars = bars_of(panel)
    steps = np.diff(np.log(panel.close[:, 1]))
    sixty = steps[-60:]
    ninety = panel.close[-90:, 1]
    volumes = np.log(panel.volume_usd[-30:, 1])

    assert risk.skewness(bars, 60)[-1, 1] == pytest.approx(
        np.mean((sixty - sixty.mean()) ** 3) / sixty.std() ** 3, rel=1e-8
    )
    deepest = min(ninety[at] / ninety[: at + 1].max() for at in range(90))
    assert risk.max_drawdown(bars, 90)[-1, 1] == pytest.approx(100 * (deepest - 1), rel=1e-10)
    assert liquidity.median_volume(bars, 30)[-1, 1] == np.median(panel.volume_usd[-30:, 1])
    together = np.corrcoef(steps[-30:], volumes)[0, 1]
    assert volume.with_returns(bars, 30)[-1, 1] == pytest.approx(together, rel=1e-8)
    falls = np.minimum(steps[-30:], 0)
    assert risk.downside(bars, 30)[-1, 1] == pytest.approx(100 * np.sqrt(365 * np.mean(falls**2)), rel=1e-10)


def test_the_trend_aggregate_is_the_mean_of_its_horizons() -> None:
    panel = walks(120, 2, seed=8)
    close = panel.close[:, 1]
    risk_of_days = np.diff(np.log(close))[-30:].std()
    parts = [np.tanh(np.log(close[-1] / close[-n:].mean()) / (risk_of_days * np.sqrt(n))) for n in (20, 30, 50)]

    assert trend.aggregate(bars_of(panel), (20, 30, 50))[-1, 1] == pytest.approx(np.mean(parts), rel=1e-8)


def test_the_spread_estimate_is_corwins_and_schultzs() -> None:
    panel = walks(60, 1, seed=9)
    high, low = panel.high[:, 0], panel.low[:, 0]
    daily = []
    for day in range(40, 60):
        beta = np.log(high[day] / low[day]) ** 2 + np.log(high[day - 1] / low[day - 1]) ** 2
        gamma = np.log(max(high[day], high[day - 1]) / min(low[day], low[day - 1])) ** 2
        root = 3 - 2 * np.sqrt(2)
        alpha = (np.sqrt(2 * beta) - np.sqrt(beta)) / root - np.sqrt(gamma / root)
        daily.append(max(0, 2 * (np.exp(alpha) - 1) / (1 + np.exp(alpha))))

    assert liquidity.spread(bars_of(panel), 20)[-1, 0] == pytest.approx(100 * np.mean(daily), rel=1e-8)
