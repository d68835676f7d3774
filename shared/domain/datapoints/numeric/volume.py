"""How much is traded, against what is usual. A day's volume that nobody told is unknown, not nothing."""

import numpy as np

from .bars import Bars
from .trend import slope_t
from .windows import (
    FloatArray,
    lagged,
    mean_of_known,
    rank_in_window,
    ratio,
    rolling_deviation,
    rolling_mean,
    rolling_sum,
)


def change(bars: Bars) -> FloatArray:
    """Return the change against the day before, in percent; NaN after a day without any."""
    return 100.0 * (ratio(bars.volume, lagged(bars.volume, 1)) - 1.0)


def against_month(bars: Bars, days: int) -> FloatArray:
    """Return the mean of some days ÷ the mean of 30."""
    return ratio(mean_of_known(bars.volume, days), mean_of_known(bars.volume, 30))


def logs(bars: Bars) -> FloatArray:
    """Return logarithms; NaN for days without any."""
    return bars.once("log_volume", lambda made: np.log(np.where(made.volume > 0, made.volume, np.nan)))


def z_score(bars: Bars, window: int) -> FloatArray:
    """Return how many deviations the log volume is from its mean; NaN where it never changes."""
    values = logs(bars)
    spread = rolling_deviation(values, window)
    return (values - rolling_mean(values, window)) / np.where(spread > 0, spread, np.nan)


def trend(bars: Bars, window: int) -> FloatArray:
    """Return the t value of the slope of log volumes."""
    return slope_t(logs(bars), window)


def percentile(bars: Bars, window: int) -> FloatArray:
    """Return the share of the window's volumes that are not above the last one."""
    return rank_in_window(bars.volume, window)


def of_cap(bars: Bars) -> FloatArray:
    """Return the volume in capitalisations."""
    return ratio(bars.volume, bars.cap)


def quiet_days(bars: Bars, window: int) -> FloatArray:
    """Return on how many of the days nothing was traded."""
    return rolling_sum(np.where(np.isnan(bars.volume), np.nan, bars.volume == 0), window)


def with_returns(bars: Bars, window: int) -> FloatArray:
    """Return the correlation of log returns with log volumes, -1 to 1; NaN where one of them never changes."""
    volumes = logs(bars)
    returns = np.where(np.isnan(volumes), np.nan, bars.log_return)
    volumes = np.where(np.isnan(returns), np.nan, volumes)
    mean_return, mean_volume = rolling_mean(returns, window), rolling_mean(volumes, window)
    together = rolling_mean(returns * volumes, window) - mean_return * mean_volume
    spread = rolling_deviation(returns, window) * rolling_deviation(volumes, window)
    return np.clip(together / np.where(spread > 0, spread, np.nan), -1.0, 1.0)
