"""How far prices have come."""

import numpy as np

from .bars import Bars
from .windows import FloatArray, lagged, rolling_deviation, rolling_mean, rolling_sum

_PERCENT = 100.0


def total(bars: Bars, days: int) -> FloatArray:
    """Return the change of the close over so many days, in percent."""
    return _PERCENT * (bars.close / lagged(bars.close, days) - 1.0)


def relative_to_bitcoin(bars: Bars, days: int) -> FloatArray:
    """Return the change over so many days less that of bitcoin, in percentage points."""
    return total(bars, days) - _PERCENT * (bars.bitcoin / lagged(bars.bitcoin, days) - 1.0)


def per_risk(bars: Bars, days: int) -> FloatArray:
    """Return the log return of so many days in units of what is usual over as many; NaN for prices that never move."""
    spread = rolling_deviation(bars.log_return, days) * np.sqrt(days)
    return np.log(bars.close / lagged(bars.close, days)) / np.where(spread > 0, spread, np.nan)


def acceleration(bars: Bars) -> FloatArray:
    """Return the daily pace of a week less that of a month, in percent."""
    logs = np.log(bars.close)
    return _PERCENT * ((logs - lagged(logs, 7)) / 7.0 - (logs - lagged(logs, 30)) / 30.0)


def up_days(bars: Bars, window: int) -> FloatArray:
    """Return the share of days that closed higher than the one before."""
    return rolling_mean(np.where(np.isnan(bars.log_return), np.nan, bars.log_return > 0), window)


def efficiency(bars: Bars, window: int) -> FloatArray:
    """Return how straight the way was: its length as the crow flies by that on foot.

    Source: Kaufman, Smarter Trading (1995), efficiency ratio.
    """
    walked = rolling_sum(np.abs(bars.close - lagged(bars.close, 1)), window)
    flown = np.abs(bars.close - lagged(bars.close, window))
    return np.minimum(1.0, flown / np.where(walked > 0, walked, np.nan))
