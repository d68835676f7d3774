"""What of a series is known: holes bridged, means and medians of what there is, without a warning where there is nothing."""

import numpy as np

from shared.domain.panels.panel import FloatArray


def positive(values: FloatArray) -> FloatArray:
    """Return the values with everything that is no price, zero among it, unknown."""
    return np.where(np.isfinite(values) & (values > 0), values, np.nan)


def bridged(values: FloatArray, *, most: int) -> FloatArray:
    """Return (days, tokens) with holes of up to `most` days filled by what was before them; nothing is filled backwards."""
    if not len(values):
        return values
    rows = np.arange(len(values))[:, None]
    last = np.maximum.accumulate(np.where(np.isfinite(values), rows, -1), axis=0)
    found = np.take_along_axis(values, np.maximum(last, 0), axis=0)
    return np.where((last >= 0) & (rows - last <= most), found, np.nan)


def last_rows(values: FloatArray, days: int) -> FloatArray:
    """Return the last `days` rows; missing ones at the beginning are unknown, so that there are always so many."""
    short = days - len(values)
    if short <= 0:
        return values[-days:]
    return np.vstack([np.full((short, values.shape[1]), np.nan), values])


def counted(values: FloatArray) -> FloatArray:
    """Return how many of each column are known."""
    known: FloatArray = np.isfinite(values).sum(axis=0, dtype=np.float64)
    return known


def mean(values: FloatArray, *, least: int) -> FloatArray:
    """Return each column's mean of what is known; NaN where that is fewer than `least`."""
    known = counted(values)
    total = np.where(np.isfinite(values), values, 0.0).sum(axis=0)
    return np.where(known >= max(least, 1), total / np.maximum(known, 1), np.nan)


def deviation(values: FloatArray, *, least: int) -> FloatArray:
    """Return each column's standard deviation (n − 1) of what is known; NaN where that is fewer than `least`."""
    known = counted(values)
    away = np.where(np.isfinite(values), values - mean(values, least=1), 0.0)
    variance = (away**2).sum(axis=0) / np.maximum(known - 1, 1)
    return np.where(known >= max(least, 2), np.sqrt(variance), np.nan)


def median(values: FloatArray, *, least: int) -> FloatArray:
    """Return each column's median of what is known; NaN where that is fewer than `least`."""
    if not len(values):
        return np.full(values.shape[1], np.nan)
    # Unknown ones are sorted to the end.
    ordered = np.sort(np.where(np.isfinite(values), values, np.nan), axis=0)
    known = np.isfinite(values).sum(axis=0)
    middle = np.maximum(known - 1, 0)
    low = np.take_along_axis(ordered, (middle // 2)[None], axis=0)[0]
    high = np.take_along_axis(ordered, ((middle + 1) // 2)[None], axis=0)[0]
    return np.where(known >= max(least, 1), (low + high) / 2, np.nan)


def log(values: FloatArray) -> FloatArray:
    """Return natural logarithms; NaN for what has none."""
    good = np.isfinite(values) & (values > 0)
    return np.where(good, np.log(np.where(good, values, 1.0)), np.nan)


def ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Return the quotient; NaN where it is divided by zero or by what is unknown."""
    good = np.isfinite(below) & (below != 0)
    return np.where(good, above / np.where(good, below, 1.0), np.nan)
