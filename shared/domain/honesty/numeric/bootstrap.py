"""Intervals of what depends on the order of days: resampled in blocks, so that what clusters stays together.

Source: Politis and Romano, The Stationary Bootstrap (1994).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from shared.domain.panels.panel import FloatArray

MEAN_BLOCK = 21
SAMPLES = 1_000
_AT_ONCE = 100


def stationary_rows(
    size: int, samples: int, generator: np.random.Generator, *, mean_block: int = MEAN_BLOCK
) -> NDArray[np.int64]:
    """Return (samples, size) positions: blocks of geometric lengths that begin anywhere and wrap around."""
    begins = generator.random((samples, size)) < 1.0 / mean_block
    begins[:, 0] = True
    starts = generator.integers(0, size, (samples, size))
    columns = np.arange(size)
    last = np.maximum.accumulate(np.where(begins, columns, 0), axis=1)
    result: NDArray[np.int64] = (np.take_along_axis(starts, last, axis=1) + columns - last) % size
    return result


def intervals(
    returns: FloatArray,
    measures: Callable[[FloatArray], FloatArray],
    *,
    seed: int,
    samples: int = SAMPLES,
    level: float = 0.95,
    mean_block: int = MEAN_BLOCK,
) -> FloatArray:
    """Return (2, measures): the lower and upper ends of the intervals.

    Args:
        returns: (days,), or (days, strategies) resampled together.
        measures: Of (samples, days, …) resampled returns, (samples, measures).
        seed: The same gives the same intervals.
        samples: How many series are drawn.
        level: Share of them between the ends.
        mean_block: Mean length of a block, days.
    """
    generator = np.random.default_rng(seed)
    drawn = [
        measures(
            returns[stationary_rows(len(returns), min(_AT_ONCE, samples - done), generator, mean_block=mean_block)]
        )
        for done in range(0, samples, _AT_ONCE)
    ]
    tail = (1.0 - level) / 2.0
    result: FloatArray = np.nanquantile(np.concatenate(drawn), [tail, 1.0 - tail], axis=0)
    return result


def ratios(sampled: FloatArray) -> FloatArray:
    """Return (samples, 3) of (samples, days): annual growth, Sharpe ratio and deepest drawdown, a year having 365 days."""
    logs = np.cumsum(np.log1p(np.maximum(sampled, -0.999_999)), axis=1)
    growth = np.expm1(logs[:, -1] * (365 / sampled.shape[1]))
    deviation = sampled.std(axis=1, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        sharpe = np.where(deviation > 0, sampled.mean(axis=1) / deviation * np.sqrt(365), np.nan)
    peaks = np.maximum(np.maximum.accumulate(logs, axis=1), 0.0)
    return np.stack([growth, sharpe, np.expm1((logs - peaks).min(axis=1))], axis=1)


def sharpe_difference(sampled: FloatArray) -> FloatArray:
    """Return (samples, 1) of (samples, days, 2): how much higher the first one's annual Sharpe ratio is."""
    deviation = sampled.std(axis=1, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(deviation > 0, sampled.mean(axis=1) / deviation * np.sqrt(365), 0.0)
    result: FloatArray = each[:, :1] - each[:, 1:2]
    return result
