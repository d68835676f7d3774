"""Measures of daily returns. A market that never closes has 365 of them in a year."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DAYS = 365
_FLAT = 1e-12
"""A deviation below it is none, but the rounding of floats."""


@dataclass(frozen=True, slots=True)
class Drawdown:
    """The deepest fall from a height: `peak` and `bottom` are places in the series, `recovered` too, if it was."""

    depth: float
    peak: int
    bottom: int
    recovered: int | None


def volatility(returns: Sequence[float]) -> float:
    """Return the yearly volatility: the deviation of the sample × √365."""
    return statistics.stdev(returns) * math.sqrt(DAYS)


def sharpe(returns: Sequence[float]) -> float | None:
    """Return the yearly mean ÷ volatility, nothing taken off for what is without risk; `None` where nothing moves."""
    deviation = statistics.stdev(returns)
    return None if deviation < _FLAT else statistics.fmean(returns) / deviation * math.sqrt(DAYS)


def sortino(returns: Sequence[float]) -> float | None:
    """Return the same over the root of the mean squared losses; `None` where there was none."""
    losses = math.sqrt(statistics.fmean(min(each, 0.0) ** 2 for each in returns))
    return None if losses < _FLAT else statistics.fmean(returns) / losses * math.sqrt(DAYS)


def deepest(levels: Sequence[float]) -> Drawdown:
    """Return the deepest drawdown of levels above zero; depth 0 where they never fall."""
    peak = top = 0
    found = Drawdown(0.0, 0, 0, 0)
    for place, level in enumerate(levels):
        if level >= levels[top]:
            top = place
        fall = level / levels[top] - 1
        if fall < found.depth:
            peak, found = top, Drawdown(fall, top, place, None)
    if not found.depth:
        return found
    back = (place for place in range(found.bottom, len(levels)) if levels[place] >= levels[peak])
    return Drawdown(found.depth, peak, found.bottom, next(back, None))


def value_at_risk(returns: Sequence[float], tail: float) -> float:
    """Return the return that only the worst `tail` of days fell below, interpolated linearly between days."""
    ordered = sorted(returns)
    place = tail * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def expected_shortfall(returns: Sequence[float], tail: float) -> float:
    """Return the mean of the worst `tail` of days, at least one."""
    worst = int((len(returns) - 1) * tail) + 1
    return statistics.fmean(sorted(returns)[:worst])


def correlations(series: Mapping[str, Sequence[float]]) -> list[list[float | None]]:
    """Return Pearson's correlation of each with each, in the order of the mapping; `None` where one of them never moves."""
    scaled = [_scaled(each) for each in series.values()]
    return [[_product(one, other) for other in scaled] for one in scaled]


def _scaled(values: Sequence[float]) -> list[float] | None:
    mean = statistics.fmean(values)
    length = math.sqrt(math.fsum((each - mean) ** 2 for each in values))
    return None if length < _FLAT else [(each - mean) / length for each in values]


def _product(one: list[float] | None, other: list[float] | None) -> float | None:
    if one is None or other is None:
        return None
    return max(-1.0, min(1.0, math.fsum(a * b for a, b in zip(one, other, strict=True))))
