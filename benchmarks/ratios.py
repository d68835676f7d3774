"""Figures that survive a noisy machine: medians over interleaved rounds and ratios taken round by round."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """A median and the two ends around it."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """Return the median of values, the smallest and the largest.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no rounds were measured")
    return Spread(statistics.median(values), min(values), max(values))


def paired(ours: Sequence[float], rivals: Sequence[float]) -> Spread:
    """Return the ratios ours / rival's of rounds that were measured next to each other.

    What disturbs the machine for seconds disturbs both sides of a pair, and cancels.

    Raises:
        ValueError: the two sides have different numbers of rounds, or none.
    """
    return spread([mine / theirs for mine, theirs in zip(ours, rivals, strict=True)])
