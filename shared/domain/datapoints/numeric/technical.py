"""Which function makes which data point of daily bars, and all of them at once."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import numpy as np

from shared.domain.datapoints.catalogue import data_points

from . import channels, directional, liquidity, macd, money_flow, oscillators, returns, risk, rsi, swings, trend, volume
from .bars import Bars
from .windows import FloatArray

Formula = Callable[[Bars], FloatArray]

FADING: Mapping[str, Formula] = {
    **{f"rsi_{days}": partial(rsi.relative_strength, window=days) for days in (7, 14, 28)},
    "cmo_14": partial(rsi.momentum_oscillator, window=14),
    "macd_line": macd.line_share,
    "macd_signal": macd.signal_share,
    "macd_histogram": macd.histogram_share,
    "trix_15": partial(macd.triple, window=15),
    "adx_14": partial(directional.strength, window=14),
    "plus_di_14": partial(directional.plus, window=14),
    "minus_di_14": partial(directional.minus, window=14),
    "directional_balance_14": partial(directional.balance, window=14),
    "atr_14": partial(directional.range_share, window=14),
    "chaikin_oscillator": partial(money_flow.chaikin_oscillator, fast=3, slow=10),
    "force_index_13": partial(money_flow.force, window=13),
}
"""In these the whole past fades, so they are made of all days."""

WINDOWED: Mapping[str, tuple[int, Formula]] = {
    **{f"return_{days}d": (days + 1, partial(returns.total, days=days)) for days in (1, 3, 7, 14, 30, 90, 180, 365)},
    "stochastic_k": (16, oscillators.stochastic_k),
    "stochastic_d": (18, oscillators.stochastic_d),
    "williams_r_14": (14, partial(oscillators.williams, window=14)),
    "cci_20": (20, partial(oscillators.commodity_channel, window=20)),
    "aroon_oscillator_25": (26, partial(oscillators.aroon, window=25)),
    "ultimate_oscillator": (29, oscillators.ultimate),
    "return_30d_per_risk": (31, partial(returns.per_risk, days=30)),
    **{f"trend_t_{days}": (days, partial(trend.slope_of_closes, window=days)) for days in (30, 90)},
    "trend_aggregate_short": (31, partial(trend.aggregate, horizons=(3, 5, 10))),
    "trend_aggregate_medium": (50, partial(trend.aggregate, horizons=(20, 30, 50))),
    "trend_aggregate_long": (200, partial(trend.aggregate, horizons=(100, 150, 200))),
    "acceleration_7d_30d": (31, returns.acceleration),
    **{f"relative_to_bitcoin_{days}d": (days + 1, partial(returns.relative_to_bitcoin, days=days)) for days in (7, 30)},
    "up_days_30": (31, partial(returns.up_days, window=30)),
    "volume_change_1d": (2, volume.change),
    "volume_ratio_7d_30d": (30, partial(volume.against_month, days=7)),
    "volume_zscore_30d": (30, partial(volume.z_score, window=30)),
    "volume_surge_3d": (30, partial(volume.against_month, days=3)),
    "volume_trend_t_30": (30, partial(volume.trend, window=30)),
    "volume_percentile_90d": (90, partial(volume.percentile, window=90)),
    "obv_slope_20": (21, partial(money_flow.balance_slope, window=20)),
    "volume_weighted_return_20": (21, partial(money_flow.weighted_return, window=20)),
    "mfi_14": (15, partial(money_flow.money_flow_index, window=14)),
    "chaikin_money_flow_20": (20, partial(money_flow.chaikin_money_flow, window=20)),
    "up_volume_share_14": (15, partial(money_flow.up_share, window=14)),
    "vwap_distance_20": (20, partial(money_flow.mean_price_distance, window=20)),
    "volume_return_correlation_30": (31, partial(volume.with_returns, window=30)),
    "ease_of_movement_14": (28, partial(money_flow.ease, window=14)),
    "turnover_of_cap": (1, volume.of_cap),
    "quiet_days_30": (30, partial(volume.quiet_days, window=30)),
    **{f"distance_to_sma_{days}": (days, partial(trend.distance, window=days)) for days in (20, 50, 100, 200)},
    "sma_50_over_200": (200, partial(trend.cross, fast=50, slow=200)),
    "bollinger_position_20": (20, partial(channels.band_position, window=20)),
    "bollinger_width_20": (20, partial(channels.band_width, window=20)),
    "bollinger_squeeze_120": (139, partial(channels.squeeze, window=20, history=120)),
    **{f"donchian_position_{days}": (days, partial(oscillators.position, window=days)) for days in (20, 55)},
    **{f"distance_to_high_{days}": (days, partial(channels.below_high, window=days)) for days in (30, 90, 365)},
    **{f"distance_to_low_{days}": (days, partial(channels.above_low, window=days)) for days in (30, 90)},
    "support_distance": (swings.LOOK_BACK + 2 * swings.SIDE, swings.support),
    "resistance_distance": (swings.LOOK_BACK + 2 * swings.SIDE, swings.resistance),
    "support_balance": (swings.LOOK_BACK + 2 * swings.SIDE, swings.balance),
    "pivot_distance": (2, channels.above_pivot),
    **{f"volatility_{days}": (days + 1, partial(risk.volatility, window=days)) for days in (30, 90)},
    "volatility_ratio_7d_90d": (91, partial(risk.volatility_ratio, short=7, long=90)),
    "downside_deviation_30": (31, partial(risk.downside, window=30)),
    "max_drawdown_90": (90, partial(risk.max_drawdown, window=90)),
    "efficiency_ratio_20": (21, partial(returns.efficiency, window=20)),
    "skewness_60": (61, partial(risk.skewness, window=60)),
    "choppiness_14": (15, partial(directional.choppiness, window=14)),
    "illiquidity_30": (31, partial(liquidity.illiquidity, window=30)),
    "median_volume_30": (30, partial(liquidity.median_volume, window=30)),
    "spread_estimate_20": (21, partial(liquidity.spread, window=20)),
}
"""These look at their last days alone: how many, and the formula."""


def histories(bars: Bars) -> Iterator[tuple[str, FloatArray]]:
    """Yield `(id, values)` of every data point of daily bars, (days, tokens), in the order of the catalogue; NaN where unknown."""
    with np.errstate(all="ignore"):
        for point in data_points():
            formula = FADING.get(point.id) or (WINDOWED[point.id][1] if point.id in WINDOWED else None)
            if formula is not None:
                yield point.id, _finite(formula(bars))


def latest(bars: Bars) -> Iterator[tuple[str, FloatArray]]:
    """Yield `(id, values)` of the last day alone, (tokens,): the same numbers, made of no more days than they need."""
    with np.errstate(all="ignore"):
        for point in data_points():
            if point.id in FADING:
                yield point.id, _finite(FADING[point.id](bars)[-1])
            elif point.id in WINDOWED:
                days, formula = WINDOWED[point.id]
                yield point.id, _finite(formula(bars.last(days))[-1])


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, np.nan)
