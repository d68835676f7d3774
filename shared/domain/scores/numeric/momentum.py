"""How much a token is in trend, by moving averages and breakouts of several look-backs. All results are (tokens,).

An aggregate of trend signals, scaled by volatility, holds up across tokens and out of sample where the plain past return does not.

Source: Fieberg, Liedtke, Poddig, Walker and Zaremba, A Trend Factor for the Cross Section of Cryptocurrency Returns (JFQA 60, 2025);
Zarattini, Pagani and Barbon, Catching Crypto Trends (2025): an ensemble of Donchian channels scaled by volatility.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from shared.domain.panels.panel import FloatArray
from shared.domain.scores.methodology import LONG, SHORT

from .inputs import Inputs
from .series import counted, deviation, last_rows, log, mean, ratio

VOLATILITY_DAYS = 60
_KNOWN = 0.9
"""Share of a look-back's days that has to be known."""


def momentum_measures(inputs: Inputs) -> Mapping[str, FloatArray]:
    """Return the measures by part, each -1 to 1; NaN where unknown."""
    volatility = deviation(last_rows(inputs.returns, VOLATILITY_DAYS), least=30)
    averages = {days: _average(inputs.close, volatility, days) for days in SHORT + LONG}
    breakouts = {days: _breakout(inputs.close, days) for days in SHORT + LONG}
    return {
        "averages_short": _votes(averages, SHORT, least=len(SHORT)),
        "averages_long": _votes(averages, LONG, least=1),
        "breakouts_short": _votes(breakouts, SHORT, least=len(SHORT)),
        "breakouts_long": _votes(breakouts, LONG, least=1),
    }


def _average(close: FloatArray, volatility: FloatArray, days: int) -> FloatArray:
    """Return how far the close is from its mean; a random walk is √(days ÷ 3) daily deviations away from it."""
    average = mean(last_rows(close, days), least=round(days * _KNOWN))
    away = log(ratio(close[-1], average))
    return np.tanh(ratio(away, volatility * np.sqrt(days / 3)))


def _breakout(close: FloatArray, days: int) -> FloatArray:
    """Return where the close lies between the lowest (-1) and the highest (1) of some days; 0 where they are one."""
    window = last_rows(close, days)
    known = np.isfinite(window)
    lowest = np.where(known, window, np.inf).min(axis=0)
    highest = np.where(known, window, -np.inf).max(axis=0)
    enough = (counted(window) >= round(days * _KNOWN)) & known[-1]
    width = np.where(enough, highest - np.where(enough, lowest, 0.0), np.nan)
    place = np.where(width > 0, 2 * ratio(close[-1] - np.where(enough, lowest, 0.0), width) - 1, 0.0)
    return np.where(enough, place, np.nan)


def _votes(by_days: Mapping[int, FloatArray], look_backs: Sequence[int], *, least: int) -> FloatArray:
    return mean(np.stack([by_days[days] for days in look_backs]), least=least)
