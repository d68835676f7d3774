"""What trading costs, as far as daily candles tell it.

Sources: Amihud, Illiquidity and stock returns (2002); Corwin and Schultz, A simple way to estimate bid-ask spreads from daily high
and low prices (2012).
"""

import numpy as np

from .bars import Bars
from .windows import FloatArray, lagged, mean_of_known, rolling_mean

_MILLION = 1e6
_ROOT = 3.0 - 2.0 * np.sqrt(2.0)


def illiquidity(bars: Bars, window: int) -> FloatArray:
    """Return the mean of |daily return| by volume, in percent for each million dollars; days without volume are unknown."""
    moves = 100.0 * np.abs(bars.close / lagged(bars.close, 1) - 1.0)
    return mean_of_known(moves * _MILLION / np.where(bars.volume > 0, bars.volume, np.nan), window)


def median_volume(bars: Bars, window: int) -> FloatArray:
    """Return the median volume; NaN where a day's is unknown."""
    made = np.full_like(bars.volume, np.nan)
    rows = len(bars.volume) - window + 1
    if rows > 0:
        windows = np.lib.stride_tricks.sliding_window_view(bars.volume, window, axis=0)
        lower, upper = (window - 1) // 2, window // 2
        # Unknown values are sorted to the end.
        parted = np.partition(windows, [lower, upper, window - 1], axis=2)
        middle = (parted[:, :, lower] + parted[:, :, upper]) / 2.0
        made[window - 1 :] = np.where(np.isnan(parted[:, :, window - 1]), np.nan, middle)
    return made


def spread(bars: Bars, window: int) -> FloatArray:
    """Return the mean spread that the highs and lows of two days imply, in percent of the price; at least 0."""
    logs = np.log(bars.high / bars.low)
    squared = logs * logs
    single = squared + lagged(squared, 1)
    both = np.log(np.maximum(bars.high, lagged(bars.high, 1)) / np.minimum(bars.low, lagged(bars.low, 1))) ** 2
    alpha = (np.sqrt(2.0 * single) - np.sqrt(single)) / _ROOT - np.sqrt(both / _ROOT)
    return 100.0 * rolling_mean(np.maximum(0.0, 2.0 * (np.exp(alpha) - 1.0) / (1.0 + np.exp(alpha))), window)
