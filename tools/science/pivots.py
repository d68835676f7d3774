"""The great highs and lows of a market, told with hindsight."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from shared.domain.panels.panel import FloatArray

LEAST_MOVE = float(np.log(2.0))
"""Between two turns the market halves or doubles at least."""


@dataclass(frozen=True, slots=True)
class Pivot:
    """A day from which the market fell, or rose, by `LEAST_MOVE` at least before it turned again."""

    row: int
    high: bool
    ends: int
    """Row of the turn that follows, or of the farthest day so far."""


def pivots_of(level: FloatArray, least: float = LEAST_MOVE) -> Sequence[Pivot]:
    """Return the turns of a level in logarithms, oldest first; high and low take turns."""
    turns = _turns(level.tolist(), least)
    return [Pivot(row, high, ends) for (row, high), (ends, _) in pairwise(turns)]


def _turns(level: Sequence[float], least: float) -> list[tuple[int, bool]]:
    """Return `(row, high)` of each turn; the last one is the farthest day of the move that is still going on."""
    turns: list[tuple[int, bool]] = []
    top = bottom = 0
    rising: bool | None = None
    for row, value in enumerate(level):
        top = row if value > level[top] else top
        bottom = row if value < level[bottom] else bottom
        if rising is not False and level[top] - value >= least:
            turns.append((top, True))
            rising, bottom = False, row
        elif rising is not True and value - level[bottom] >= least:
            turns.append((bottom, False))
            rising, top = True, row
    if rising is not None:
        turns.append((top, True) if rising else (bottom, False))
    return turns
