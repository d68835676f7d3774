"""The market as one series: what all tokens together returned, how many of them rose, how much was traded."""

from dataclasses import dataclass

import numpy as np

from shared.domain.panels.panel import DayArray, FloatArray, Panel

KNOWN_SHARE = 0.5
"""Of the market's weight so much has to have a return, or the day is a hole."""
LARGEST_MOVE = 1.5
"""Log return of a day beyond which a price is taken for redenominated or wrong, not moved."""
_CAP_KEPT = 30
_VOLUME_DAYS = 30
_BREADTH_DAYS = 20
_LEAST_TOKENS = 5
"""Fewer have no breadth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSeries:
    """One value for each day, NaN where unknown; the value of a day is known at its end."""

    days: DayArray
    log_return: FloatArray
    """Of all tokens, weighted by their capitalisation of the day before."""
    coverage: FloatArray
    """Share of the weight that has a return."""
    breadth: FloatArray
    """Share of tokens that stand above their mean of twenty days, of those that have one."""
    volume_usd: FloatArray
    """Traded in the day by the tokens that had a price the day before as well."""

    @property
    def known(self) -> int:
        """How many days have a return."""
        return int(np.isfinite(self.log_return).sum())


def market_of(panel: Panel) -> MarketSeries:
    """Return the market of a panel that holds only tokens with a price of their own."""
    close = np.where(panel.close > 0, panel.close, np.nan)
    moves = _moves(close)
    weights = _weights(panel, np.isfinite(close))
    total = weights.sum(axis=1)
    known = np.isfinite(moves)
    covered = np.where(known, weights, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        coverage = np.where(total > 0, covered / total, 0.0)
        grown = np.where(known, weights * np.expm1(np.where(known, moves, 0.0)), 0.0).sum(axis=1) / covered
        returned = np.log1p(grown)
    hole = ~(coverage >= KNOWN_SHARE) | ~np.isfinite(returned)
    return MarketSeries(
        days=panel.days,
        log_return=np.where(hole, np.nan, returned),
        coverage=coverage,
        breadth=np.where(hole, np.nan, _breadth(close)),
        volume_usd=np.where(hole, np.nan, _volume(panel.volume_usd, known)),
    )


def _moves(close: FloatArray) -> FloatArray:
    moves = np.full(close.shape, np.nan)
    moves[1:] = np.diff(np.log(close), axis=0)
    moves[np.abs(moves) > LARGEST_MOVE] = np.nan
    return moves


def _weights(panel: Panel, priced: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> FloatArray:
    """Return each day's weights, made of the day before: capitalisations, or volumes on days on which too few are known."""
    caps = _yesterday(_carried(panel.market_cap_usd, _CAP_KEPT))
    traded = _yesterday(_mean_of_known(panel.volume_usd, _VOLUME_DAYS))
    was_priced = np.vstack([np.zeros_like(priced[:1]), priced[:-1]])
    caps, traded = (np.where(was_priced & (each > 0), each, 0.0) for each in (caps, traded))
    told = np.where(caps > 0, traded, 0.0).sum(axis=1)
    capped = (caps.sum(axis=1) > 0) & (told >= KNOWN_SHARE * traded.sum(axis=1))
    alike = np.where(was_priced, 1.0, 0.0)
    otherwise = np.where(traded.sum(axis=1, keepdims=True) > 0, traded, alike)
    return np.where(capped[:, None], caps, otherwise)


def _yesterday(values: FloatArray) -> FloatArray:
    return np.vstack([np.full((min(1, len(values)), values.shape[1]), np.nan), values[:-1]])


def _carried(values: FloatArray, most: int) -> FloatArray:
    """Return values with holes of up to `most` days filled by what was known before."""
    rows = np.arange(len(values))[:, None]
    last = np.maximum.accumulate(np.where(np.isfinite(values), rows, -1), axis=0) if len(values) else rows
    found = np.take_along_axis(values, np.maximum(last, 0), axis=0) if len(values) else values
    return np.where((last >= 0) & (rows - last <= most), found, np.nan)


def _mean_of_known(values: FloatArray, days: int) -> FloatArray:
    """Return means over the last `days` days of what is known of them; NaN where nothing is."""
    known = np.isfinite(values)
    sums, counts = (_windowed(each, days) for each in (np.where(known, values, 0.0), known.astype(np.float64)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts > 0, sums / counts, np.nan)


def _windowed(values: FloatArray, days: int) -> FloatArray:
    """Return sums over the last `days` rows, each added up anew: a difference of running sums would remember what left the window."""
    sums = np.zeros(values.shape)
    for back in range(min(days, len(values))):
        sums[back:] += values[: len(values) - back]
    return sums


def _breadth(close: FloatArray) -> FloatArray:
    known = np.isfinite(close)
    mean = np.where(
        _windowed(known.astype(np.float64), _BREADTH_DAYS) >= _BREADTH_DAYS,
        _mean_of_known(close, _BREADTH_DAYS),
        np.nan,
    )
    compared = known & np.isfinite(mean)
    counted = compared.sum(axis=1)
    # A price that never moved stands neither above nor below.
    above = (compared & (close > mean * (1 + 1e-9))).sum(axis=1) + 0.5 * (
        compared & (np.abs(close - mean) <= mean * 1e-9)
    ).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counted >= _LEAST_TOKENS, above / counted, np.nan)


def _volume(volume_usd: FloatArray, known: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]") -> FloatArray:
    told = known & np.isfinite(volume_usd) & (volume_usd > 0)
    traded = np.where(told, volume_usd, 0.0).sum(axis=1)
    return np.where(traded > 0, traded, np.nan)
