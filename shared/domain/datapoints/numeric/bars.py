"""The panel made ready for formulas: short holes bridged, redenominations neutralised, what cannot be explained left out.

Every row depends on the rows before it alone. Prices from a redenomination on are put back on the scale of before, never the other
way round, so no earlier value changes; all data points of prices are ratios, for which the scale is nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from shared.domain.panels.panel import Panel

from .windows import FlagArray, FloatArray, lagged

BRIDGED_DAYS = 3
"""So long a hole is filled by the last close; after a longer one history begins anew."""
_SAME = 0.3
"""Logarithms to 10 nearer than this are the same move: a factor of two."""
_ROUND = 0.15
"""So near to a power of ten a ratio is taken for one: a factor of 1.4."""
_FAR = 6.0
"""A factor below which a price has moved and nothing else: less than ten by more than `_ROUND`."""
_BEYOND_BELIEF = 1.7
"""A factor of fifty within a day that nothing explains is no price move."""


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """(days, tokens) arrays; NaN where unknown."""

    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray
    """US dollars; not bridged."""
    cap: FloatArray
    bitcoin: FloatArray
    """(days, 1) closes that others are compared with."""
    _made: dict[object, FloatArray] = field(default_factory=dict, repr=False)
    _recent: "dict[int, Bars]" = field(default_factory=dict, repr=False)

    def once(self, name: object, make: "Callable[[Bars], FloatArray]") -> FloatArray:
        """Return what several data points need, made once."""
        if name not in self._made:
            self._made[name] = make(self)
        return self._made[name]

    def last(self, days: int) -> "Bars":
        """Return the last days."""
        if days not in self._recent:
            arrays = (self.open, self.high, self.low, self.close, self.volume, self.cap, self.bitcoin)
            open_, high, low, close, volume, cap, bitcoin = (array[-days:] for array in arrays)
            self._recent[days] = Bars(open_, high, low, close, volume, cap, bitcoin)
        return self._recent[days]

    @property
    def log_return(self) -> FloatArray:
        """Logarithm of close ÷ close of the day before."""
        return self.once("log_return", lambda bars: np.log(bars.close / lagged(bars.close, 1)))

    @property
    def typical(self) -> FloatArray:
        """Mean of high, low and close."""
        return self.once("typical", lambda bars: (bars.high + bars.low + bars.close) / 3.0)


def bars_of(panel: Panel, bitcoin: FloatArray | None = None) -> Bars:
    """Return a panel made ready.

    Args:
        panel: Any tokens.
        bitcoin: (days,) closes of bitcoin on the same days; without them nothing is relative to it.
    """
    close = bridged(panel.close)
    scale, broken = _rescaled(close, panel.market_cap_usd)
    close = np.where(broken, np.nan, close * scale)
    compared = np.full(len(close), np.nan) if bitcoin is None else bitcoin
    return Bars(
        *_ranged(panel, close, scale),
        close,
        np.where(panel.volume_usd >= 0, panel.volume_usd, np.nan),
        np.where(panel.market_cap_usd > 0, panel.market_cap_usd, np.nan),
        bridged(compared[:, None]),
    )


def bridged(values: FloatArray) -> FloatArray:
    """Return values with holes of up to `BRIDGED_DAYS` filled by the last one known; zero and less is unknown."""
    filled = np.where(values > 0, values, np.nan)
    unknown = np.isnan(filled)
    # Where holes begin after a value; what comes before the first one is no hole.
    rows, columns = np.nonzero(unknown[1:] & ~unknown[:-1])
    carried = filled[rows, columns]
    for days in range(1, BRIDGED_DAYS + 1):
        going = rows + days < len(filled)
        rows, columns, carried = rows[going], columns[going], carried[going]
        going = unknown[rows + days, columns]
        rows, columns, carried = rows[going], columns[going], carried[going]
        filled[rows + days, columns] = carried
    return filled


def _ranged(panel: Panel, close: FloatArray, scale: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return open, high and low; on single days that have only a close, the range from the close before to it."""
    whole = (panel.high >= panel.low) & (panel.low > 0) & (panel.open > 0) & (panel.close > 0)
    near = np.isfinite(bridged(np.where(whole, 1.0, np.nan))) & np.isfinite(close)
    before = np.where(near, lagged(close, 1), np.nan)
    whole &= np.isfinite(close)
    return (
        np.where(whole, panel.open * scale, before),
        np.where(whole, panel.high * scale, np.maximum(before, close)),
        np.where(whole, panel.low * scale, np.minimum(before, close)),
    )


def _rescaled(close: FloatArray, cap: FloatArray) -> tuple[FloatArray, FlagArray]:
    """Return by what each day's prices are multiplied, and on which days the price cannot be believed."""
    ratio = close / lagged(close, 1)
    scale, broken = np.ones_like(close), np.zeros(close.shape, dtype=bool)
    # Hardly any price moves so far that it has to be looked at.
    rows, columns = np.nonzero((ratio >= _FAR) | (ratio <= 1.0 / _FAR))
    with np.errstate(invalid="ignore", divide="ignore"):
        jump = np.log10(ratio[rows, columns])
        moved = np.log10(cap[rows, columns] / cap[rows - 1, columns])
    power = np.round(jump)
    known = np.isfinite(moved)
    is_round = np.abs(jump - power) <= _ROUND
    stayed, followed = known & (np.abs(moved) <= _SAME), known & (np.abs(moved - jump) <= _SAME)
    renamed = is_round & np.where(known, stayed & (np.abs(power) >= 1), np.abs(power) >= 2)
    broken[rows, columns] = (np.abs(jump) >= _BEYOND_BELIEF) & ~renamed & ~followed
    for row, column, factor in zip(rows[renamed], columns[renamed], 10.0 ** -power[renamed], strict=True):
        scale[row:, column] *= factor
    return scale, broken
