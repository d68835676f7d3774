"""How much is invested, as known at each close; NaN where the rule cannot tell yet."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from shared.domain.indices.rules import ByGauge, Constant, Donchian, Exposure, MovingAverage
from shared.domain.panels.panel import FloatArray

from .hmm import online_probabilities
from .market import Market

LOOKBACKS = (5, 10, 20, 30, 60, 90, 150, 250, 360)
VOLATILITY_DAYS = 90
DAYS_A_YEAR = 365
LEADER = "bitcoin"


def exposure_of(rule: Exposure, market: Market, gauge: FloatArray | None = None) -> FloatArray:
    """Return the share to be invested at each close of a market.

    Args:
        rule: How it is decided.
        market: For the rules that look at bitcoin's closes.
        gauge: (D,) step of the regime's gauge, −2 to 2, as known at each close; NaN where unknown.

    Raises:
        ValueError: the rule follows the gauge, and there is none.
    """
    days = len(market.days)
    if isinstance(rule, Constant):
        return np.full(days, rule.level)
    if isinstance(rule, ByGauge):
        if gauge is None:
            raise ValueError("an exposure by the gauge needs the gauge")
        return by_gauge(gauge, rule.levels)
    column = market.column(LEADER)
    closes = np.full(days, np.nan) if column is None else market.last[:, column]
    if isinstance(rule, MovingAverage):
        return above_mean(closes, rule.days)
    if isinstance(rule, Donchian):
        return breakout_ensemble(closes, rule.target_volatility)
    return better_state(closes)


def by_gauge(gauge: FloatArray, levels: tuple[float, ...]) -> FloatArray:
    """Return the level of each day's step; NaN stays."""
    known = np.isfinite(gauge)
    steps = np.where(known, np.clip(np.round(np.nan_to_num(gauge)), -2, 2), 0).astype(np.int64)
    return np.where(known, np.array(levels)[steps + 2], np.nan)


def above_mean(closes: FloatArray, days: int) -> FloatArray:
    """Return 1 where the close is above the mean of the last `days` closes, else 0."""
    result = np.full(closes.shape, np.nan)
    if closes.size >= days:
        means = sliding_window_view(closes, days).mean(axis=-1)
        result[days - 1 :] = np.where(np.isfinite(means), closes[days - 1 :] > means, np.nan)
    return result


def breakout_ensemble(closes: FloatArray, target_volatility: float) -> FloatArray:
    """Return the mean position of nine breakout systems, times target ÷ realised volatility, at most 1.

    Each system buys at a close that is the highest of its lookback, and sells at one below its stop: the middle between the highest and the
    lowest close of the lookback, which never falls while the position lasts.

    Source: Zarattini, Pagani, Barbon, Catching Crypto Trends (2025), with closes for highs and lows.
    """
    positions = np.stack([_breakout(closes, days) for days in LOOKBACKS])
    known = np.isfinite(positions)
    count = known.sum(axis=0)
    mean = np.where(count > 0, np.nansum(positions, axis=0) / np.maximum(count, 1), np.nan)
    volatility = np.full(closes.shape, np.nan)
    if closes.size > VOLATILITY_DAYS:
        changes = closes[1:] / closes[:-1] - 1.0
        deviation = sliding_window_view(changes, VOLATILITY_DAYS).std(axis=-1, ddof=1)
        volatility[VOLATILITY_DAYS:] = deviation * np.sqrt(DAYS_A_YEAR)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.minimum(target_volatility / volatility, 1.0)
    return np.where(np.isfinite(scale), mean * scale, np.nan)


def _breakout(closes: FloatArray, days: int) -> FloatArray:
    result = np.full(closes.shape, np.nan)
    if closes.size < days:
        return result
    windows = sliding_window_view(closes, days)
    highest, lowest = windows.max(axis=-1), windows.min(axis=-1)
    held, stop = False, -np.inf
    for at, (close, high, low) in enumerate(
        zip(closes[days - 1 :].tolist(), highest.tolist(), lowest.tolist(), strict=True), start=days - 1
    ):
        if high != high:
            continue
        if held:
            stop = max(stop, (high + low) / 2.0)
            held = close >= stop
        elif close >= high:
            held, stop = True, (high + low) / 2.0
        result[at] = float(held)
    return result


def better_state(closes: FloatArray) -> FloatArray:
    """Return 1 where the better of two hidden states of the daily log returns is the more probable one, else 0."""
    result = np.full(closes.shape, np.nan)
    known = np.flatnonzero(np.isfinite(closes))
    if known.size < 3:
        return result
    first = int(known[0])
    changes = np.diff(np.log(closes[first:]))
    if not np.isfinite(changes).all() or not changes.std() > 0:
        return result
    probability = online_probabilities(changes)
    result[first + 1 :] = np.where(np.isfinite(probability), probability > 0.5, np.nan)
    return result
