"""Two exponential averages apart, and how fast that changes.

Source: Appel, Technical Analysis (2005): moving average convergence and divergence.
"""

from .bars import Bars
from .smoothing import ema
from .windows import FloatArray, lagged

FAST, SLOW, SIGNAL = 12, 26, 9


def line(bars: Bars) -> FloatArray:
    """Return the fast average less the slow one, in dollars."""
    return bars.once("macd", lambda made: ema(made.close, FAST, first=SLOW) - ema(made.close, SLOW))


def signal(bars: Bars) -> FloatArray:
    """Return the average of the line, in dollars."""
    return bars.once("macd_signal", lambda made: ema(line(made), SIGNAL))


def line_share(bars: Bars) -> FloatArray:
    """Return the line where its signal is known, in percent of the close."""
    return signal_share(bars) + histogram_share(bars)


def signal_share(bars: Bars) -> FloatArray:
    """Return the signal in percent of the close."""
    return 100.0 * signal(bars) / bars.close


def histogram_share(bars: Bars) -> FloatArray:
    """Return the line less its signal in percent of the close."""
    return 100.0 * (line(bars) - signal(bars)) / bars.close


def triple(bars: Bars, window: int) -> FloatArray:
    """Return the daily change, in percent, of the close averaged three times.

    Source: Hutson, Technical Analysis of Stocks and Commodities (1983): TRIX.
    """
    smooth = ema(ema(ema(bars.close, window), window), window)
    return 100.0 * (smooth / lagged(smooth, 1) - 1.0)
