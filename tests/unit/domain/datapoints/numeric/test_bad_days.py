"""Whatever days a token has, its data points are numbers or unknown, and nothing crashes."""

from dataclasses import replace

import numpy as np
import pytest

from shared.domain.datapoints.catalogue import data_points
from shared.domain.datapoints.numeric.bars import bars_of
from shared.domain.datapoints.numeric.technical import histories, latest
from shared.domain.datapoints.numeric.windows import FloatArray
from shared.domain.panels.panel import Panel
from tests.panels import needs_history, panel_of, recorded_panel, sandbox_panel, walks

TECHNICAL = {
    point.id: point for point in data_points() if point.source in ("daily closes", "daily candles", "daily volumes")
}
SCALE_FREE = (
    "return_7d",
    "rsi_14",
    "macd_histogram",
    "adx_14",
    "bollinger_position_20",
    "trend_aggregate_long",
    "volatility_30",
)


def last_of(panel: Panel) -> dict[str, FloatArray]:
    return dict(latest(bars_of(panel, panel.close[:, 0])))


def test_all_data_points_of_daily_bars_are_made_and_finite_on_a_plain_market() -> None:
    made = last_of(walks(400, 6))

    assert set(made) == set(TECHNICAL)
    assert [name for name, values in made.items() if np.isnan(values).all()] == []
    assert not any(np.isinf(values).any() for values in made.values())


def test_the_last_day_alone_is_bit_for_bit_the_last_day_of_the_history() -> None:
    panel = walks(400, 6)
    panel.close[200:206, 2] = np.nan
    panel.volume_usd[380:384, 3] = np.nan
    bars = bars_of(panel, panel.close[:, 0])
    alone = dict(latest(bars))

    for name, values in histories(bars_of(panel, panel.close[:, 0])):
        np.testing.assert_array_equal(values[-1], alone[name], err_msg=name)


@pytest.mark.parametrize("days", [1, 2, 13, 29, 30, 199])
def test_with_fewer_days_than_it_needs_a_data_point_is_unknown(days: int) -> None:
    made = last_of(walks(days, 5))

    known = {name for name, values in made.items() if np.isfinite(values).any()}
    assert known <= {name for name, point in TECHNICAL.items() if point.minimum_days <= days}
    # Swings need a turning point, which comes when it comes.
    due = {
        name
        for name, point in TECHNICAL.items()
        if point.minimum_days <= days and not name.startswith(("support", "resist"))
    }
    assert due <= known


def test_without_a_single_day_everything_is_unknown() -> None:
    nothing = panel_of(np.full((40, 2), np.nan), volume_usd=np.full((40, 2), np.nan))

    assert all(np.isnan(values).all() for values in last_of(nothing).values())


def test_a_price_that_never_moves_has_returns_of_zero_and_no_oscillators() -> None:
    made = {name: values[0] for name, values in last_of(panel_of(np.full((400, 1), 0.1))).items()}

    zero = ("return_30d", "distance_to_sma_200", "bollinger_width_20", "volatility_30", "max_drawdown_90", "macd_line")
    assert {name: made[name] for name in zero} == pytest.approx(dict.fromkeys(zero, 0.0), abs=1e-10)
    unknown = (
        "rsi_14",
        "cci_20",
        "bollinger_position_20",
        "adx_14",
        "stochastic_k",
        "skewness_60",
        "trend_aggregate_long",
    )
    assert [name for name in unknown if not np.isnan(made[name])] == []


def test_without_any_volume_what_is_divided_by_it_is_unknown() -> None:
    walk = walks(400, 2)
    made = last_of(replace(walk, volume_usd=np.zeros_like(walk.volume_usd)))

    unknown = ("volume_zscore_30d", "mfi_14", "obv_slope_20", "vwap_distance_20", "illiquidity_30", "force_index_13")
    assert [name for name in unknown if not np.isnan(made[name]).all()] == []
    assert made["quiet_days_30"].tolist() == [30, 30]
    assert np.isfinite(made["rsi_14"]).all()


def test_a_price_of_zero_is_a_hole() -> None:
    zero, hole = walks(400, 2), walks(400, 2)
    zero.close[300, 1], zero.low[300, 1] = 0.0, 0.0
    for array in (hole.open, hole.high, hole.low, hole.close):
        array[300, 1] = np.nan

    made, wanted = last_of(zero), last_of(hole)

    assert all(np.array_equal(made[name], wanted[name], equal_nan=True) for name in made)


@pytest.mark.parametrize("power", [-6, -3, -2, 2, 3, 8])
@pytest.mark.parametrize("with_cap", [True, False])
def test_a_redenomination_leaves_no_trace(power: int, with_cap: bool) -> None:
    walk = walks(400, 2)
    if not with_cap:
        walk = replace(walk, market_cap_usd=np.full_like(walk.close, np.nan))
    renamed = replace(walk, **{name: getattr(walk, name).copy() for name in ("open", "high", "low", "close")})
    for array in (renamed.open, renamed.high, renamed.low, renamed.close):
        array[350:, 1] *= 10.0**power

    made, wanted = last_of(renamed), last_of(walk)

    for name in SCALE_FREE:
        np.testing.assert_allclose(made[name], wanted[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_ten_for_one_is_a_redenomination_only_where_the_capitalisation_says_so() -> None:
    walk = walks(400, 2)
    walk.close[390:] *= 10.0

    stayed = last_of(walk)["return_30d"]
    followed = last_of(replace(walk, market_cap_usd=walk.close * 1e6))["return_30d"]

    assert np.abs(stayed).max() < 150
    assert followed.min() > 300


def test_a_crash_that_the_capitalisation_shares_is_a_crash() -> None:
    walk = walks(400, 2)
    walk.close[390:] *= 1e-3

    made = last_of(replace(walk, market_cap_usd=walk.close * 1e6))

    assert made["max_drawdown_90"].max() < -99


def test_a_leap_that_nothing_explains_begins_history_anew() -> None:
    walk = walks(400, 2)
    for array in (walk.open, walk.high, walk.low, walk.close):
        array[390:, 1] *= 300.0

    made = last_of(replace(walk, market_cap_usd=np.full_like(walk.close, np.nan)))

    assert np.isfinite(made["return_7d"]).all()
    assert np.isfinite(made["return_30d"]).all()
    assert np.isnan(made["volatility_30"][1])
    assert np.isfinite(made["volatility_30"][0])


def test_a_short_hole_is_bridged_and_a_long_one_is_not() -> None:
    short, long = walks(400, 1), walks(400, 1)
    short.close[396:399] = np.nan
    long.close[395:399] = np.nan

    assert np.isfinite(last_of(short)["volatility_30"]).all()
    assert np.isnan(last_of(long)["volatility_30"]).all()


@pytest.mark.parametrize("rows", [277, 399])
def test_cutting_the_future_off_changes_no_earlier_bit(rows: int) -> None:
    cut_off(_troubled(400, 5), [rows])


@pytest.mark.slow
def test_cutting_the_future_off_at_any_of_200_days_changes_no_earlier_bit() -> None:
    panel = _troubled(400, 5)
    random = np.random.default_rng(11)

    cut_off(panel, random.choice(np.arange(2, 400), 200, replace=False).tolist())


def cut_off(panel: Panel, days: list[int]) -> None:
    whole = dict(histories(bars_of(panel, panel.close[:, 0])))
    for rows in days:
        then = panel.until(rows)
        for name, values in histories(bars_of(then, then.close[:, 0])):
            assert values.tobytes() == np.ascontiguousarray(whole[name][:rows]).tobytes(), (name, rows)


def _troubled(days: int, tokens: int) -> Panel:
    panel = walks(days, tokens, seed=12)
    panel.close[100:110, 1] = np.nan
    panel.volume_usd[200:230, 2] = 0.0
    panel.market_cap_usd[:, 3] = np.nan
    for array in (panel.open, panel.high, panel.low, panel.close):
        array[270:, 3] *= 1000.0
        array[320:, 4] *= 70.0
    return panel


def test_on_the_sandboxes_market_nothing_is_infinite() -> None:
    panel, _ = sandbox_panel(120, 60)

    made = last_of(panel)

    assert not any(np.isinf(values).any() for values in made.values())
    assert np.isfinite(made["rsi_14"]).mean() > 0.9


@needs_history
def test_on_recorded_history_nothing_is_infinite() -> None:
    made = last_of(recorded_panel(days=400))

    assert not any(np.isinf(values).any() for values in made.values())


@pytest.mark.slow
@needs_history
def test_on_recorded_history_no_future_is_seen() -> None:
    cut_off(recorded_panel(days=700), [450, 600])
