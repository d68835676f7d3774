"""How well sides match phases that are known: for the sandbox, whose truth is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.panels.panel import FloatArray

Sides = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a series of sides is worth."""

    balanced_accuracy: float
    """Mean of the shares of bull days called bull and of bear days called bear; neutral counts as wrong."""
    lags_days: tuple[int, ...]
    """For each bull or bear phase, days until it was called so; its whole length where it never was."""
    false_flips_a_year: float
    """Changes from one side to the other, with or without neutral between, to a side that is not the true one; neutral days have none."""


def scored(sides: Sides, truth: Sides) -> Score:
    """Return the score of sides (1, 0, −1 a day) against true phases in the same signs."""
    accuracies = [float((sides[truth == side] == side).mean()) for side in (1, -1) if (truth == side).any()]
    begins = np.flatnonzero(np.diff(truth) != 0) + 1
    ends = [*begins[1:], len(truth)][: len(begins)]
    lags = tuple(_lag(sides[a:b], int(truth[a])) for a, b in zip(begins, ends, strict=True) if truth[a])
    return Score(
        balanced_accuracy=float(np.mean(accuracies)),
        lags_days=lags,
        false_flips_a_year=_false_flips(sides, truth) / (len(truth) / 365),
    )


def _lag(sides: Sides, side: int) -> int:
    right = np.flatnonzero(sides == side)
    return int(right[0]) if len(right) else len(sides)


def _false_flips(sides: Sides, truth: Sides) -> int:
    taken = np.flatnonzero(sides)
    turns = taken[1:][sides[taken[1:]] != sides[taken[:-1]]]
    return int((sides[turns] != truth[turns]).sum())


def switched(log_return: FloatArray, days: int = 200) -> Sides:
    """Return the sides of the moving-average switch: bull above the mean of `days` days, else bear."""
    level = np.exp(np.cumsum(np.nan_to_num(log_return)))
    sums = np.concatenate([[0.0], np.cumsum(level)])
    mean = np.array([(sums[at + 1] - sums[max(0, at + 1 - days)]) / min(days, at + 1) for at in range(len(level))])
    return np.where(level > mean, 1, -1).astype(np.int64)
