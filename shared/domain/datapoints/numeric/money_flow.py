"""On which days money moves: those that rise or those that fall, near the day's high or near its low.

Sources: Granville, on-balance volume (1963); Chaikin, accumulation line, money flow and oscillator; Quong and Soudack, money flow
index (1989); Elder, Trading for a Living (1993), force index; Arms, ease of movement.
"""

import numpy as np

from .bars import Bars
from .smoothing import begins, ema
from .windows import FloatArray, lagged, mean_of_known, ratio, rolling_mean, sum_of_known, whole


def signed(bars: Bars) -> FloatArray:
    """Return the volume, negative on days that fell; NaN where volume or move is unknown."""
    return bars.once("signed", lambda made: np.sign(made.close - lagged(made.close, 1)) * made.volume)


def accumulated(bars: Bars) -> FloatArray:
    """Return the volume by where the day closed: as it is at the high, negative at the low, none in the middle or without a range."""

    def made(bars: Bars) -> FloatArray:
        reach = bars.high - bars.low
        place = (bars.close - bars.low) - (bars.high - bars.close)
        return np.divide(place, reach, out=np.where(np.isnan(reach), np.nan, 0.0), where=reach > 0) * bars.volume

    return bars.once("accumulated", made)


def balance_slope(bars: Bars, window: int) -> FloatArray:
    """Return the change of the on-balance volume over a window in volumes of the window, -1 to 1."""
    return _share(signed(bars), bars.volume, window)


def chaikin_money_flow(bars: Bars, window: int) -> FloatArray:
    """Return the change of the accumulation line over a window in volumes of the window, -1 to 1."""
    return _share(accumulated(bars), bars.volume, window)


def weighted_return(bars: Bars, window: int) -> FloatArray:
    """Return the mean daily log return weighed by volume, in percent."""
    return 100.0 * _share(bars.log_return * bars.volume, bars.volume, window)


def chaikin_oscillator(bars: Bars, fast: int, slow: int) -> FloatArray:
    """Return the fast average of the accumulation line less the slow one, in mean volumes of `slow` days."""
    return oscillation(bars, fast, slow) / _traded(mean_of_known(bars.volume, slow))


def oscillation(bars: Bars, fast: int, slow: int) -> FloatArray:
    """Return the same in dollars; the averages begin with the line's first value, as Chaikin's do; NaN for the first `slow` − 1 days."""
    flow = accumulated(bars)
    begun, there = begins(flow), np.isfinite(flow)
    line, quick, slowly = (np.zeros(flow.shape[1]) for _ in range(3))
    made = np.where(there, flow, 0.0)
    for row, value in enumerate(made):
        line += value
        line *= there[row]
        for average, window in ((quick, fast), (slowly, slow)):
            share = 2.0 / (window + 1)
            average *= 1.0 - share
            average += share * line
            np.copyto(average, line, where=begun[row])
        np.subtract(quick, slowly, out=made[row])
    return np.where(whole(flow, slow), made, np.nan)


def money_flow_index(bars: Bars, window: int) -> FloatArray:
    """Return the flow of days whose typical price rose ÷ the flow of all that moved, 0 to 100."""
    typical = bars.typical
    change = typical - lagged(typical, 1)
    flow = np.where(np.isnan(change), np.nan, typical * bars.volume)
    rising, _ = sum_of_known(np.where(np.isnan(flow), np.nan, np.where(change > 0, flow, 0.0)), window)
    falling, _ = sum_of_known(np.where(np.isnan(flow), np.nan, np.where(change < 0, flow, 0.0)), window)
    return 100.0 * ratio(rising, rising + falling)


def up_share(bars: Bars, window: int) -> FloatArray:
    """Return the volume of days that rose ÷ that of all days that moved."""
    flow = signed(bars)
    up, _ = sum_of_known(np.maximum(flow, 0.0), window)
    down, _ = sum_of_known(np.maximum(-flow, 0.0), window)
    return ratio(up, up + down)


def mean_price_distance(bars: Bars, window: int) -> FloatArray:
    """Return how far the close is above what was paid on the mean of a window, in percent."""
    paid, _ = sum_of_known(bars.close * bars.volume, window)
    traded, _ = sum_of_known(np.where(np.isnan(bars.close), np.nan, bars.volume), window)
    return 100.0 * (ratio(bars.close, ratio(paid, traded)) - 1.0)


def force(bars: Bars, window: int) -> FloatArray:
    """Return the average of returns weighed by volume, in percent."""
    moves = bars.close / lagged(bars.close, 1) - 1.0
    return (
        100.0 * ema(moves * bars.volume, window) / _traded(ema(np.where(np.isnan(moves), np.nan, bars.volume), window))
    )


def ease(bars: Bars, window: int) -> FloatArray:
    """Return the mean of how far the middle moved with how little volume: more where a wide day moves the price on little."""
    middle = (bars.high + bars.low) / 2.0
    before = lagged(middle, 1)
    relative = ratio(bars.volume, mean_of_known(bars.volume, window))
    width = (bars.high - bars.low) / middle
    usual = rolling_mean(width, window)
    move = 100.0 * (middle / before - 1.0)
    eased = move * width / np.where(usual > 0, usual, np.nan) / _traded(relative)
    return mean_of_known(np.clip(eased, -100.0, 100.0), window)


def _share(flow: FloatArray, volume: FloatArray, window: int) -> FloatArray:
    total, _ = sum_of_known(flow, window)
    traded, _ = sum_of_known(np.where(np.isnan(flow), np.nan, volume), window)
    return ratio(total, traded)


def _traded(volume: FloatArray) -> FloatArray:
    return np.where(volume > 0, volume, np.nan)
