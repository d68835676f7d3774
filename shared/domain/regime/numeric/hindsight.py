"""What the past looks like once it is over, and how near to it a series of online labels came: by that the walk-forward chooses.

Only days before a fit are looked at: what hindsight says of them is known on the day of the fit.
"""

import numpy as np

from shared.domain.panels.panel import FloatArray

from .features import faded
from .jumps import leanings
from .scoring import Sides, scored

PENALTY = 3.0
"""The price of a change of sides, in units of log likelihood: about once in twenty weeks."""
FLIP_DAYS = 15.0
"""A false flip weighs as much as so many days with a wrong label: as many as a turn may be late."""
RECORD_DAYS = 1_460
LEAST_RECORD = 180
_SPREAD_DAYS = 90
_DRIFT, _LEAST_DRIFT = 0.15, 0.05
"""Of a day's move ÷ its spread: what is begun with, and below which two sides are one."""
_ROUNDS = 8


def hindsight_of(log_return: FloatArray) -> Sides | None:
    """Return the sides, 1 or −1, that explain all moves best when every change costs `PENALTY`; `None` where one side explains them all.

    A jump model of two states, mirror images of each other, on the moves themselves; which knows the later days when it judges the earlier.
    """
    moves = _unit_moves(log_return)
    drift, found = _DRIFT, np.zeros(len(moves), dtype=np.int64)
    for _ in range(_ROUNDS):
        lean, _carried = leanings(2.0 * drift * moves, PENALTY)
        before, found = found, _traced(lean)
        if (before == found).all():
            break
        drift = max(_LEAST_DRIFT, float((moves * found).mean()))
    return found if len(np.unique(found)) == 2 else None


def worth(said: FloatArray, hindsight: Sides | None) -> float | None:
    """Return what online labels are worth by hindsight: balanced accuracy, less the false flips; `None` without a record.

    Args:
        said: (days,) 1, 0 or −1, NaN where nothing was said.
        hindsight: (days,).
    """
    said = said[-RECORD_DAYS:]
    known = np.isfinite(said)
    if hindsight is None or known.sum() < LEAST_RECORD:
        return None
    found = scored(said[known].astype(np.int64), hindsight[-RECORD_DAYS:][known])
    return found.balanced_accuracy - found.false_flips_a_year * FLIP_DAYS / 365


def _unit_moves(log_return: FloatArray) -> FloatArray:
    spread = np.sqrt(faded(np.square(log_return), _SPREAD_DAYS))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((spread > 1e-12) & np.isfinite(log_return), log_return / spread, 0.0)


def _traced(lean: FloatArray) -> Sides:
    """Return the cheapest path backwards: a side came from the other where that was cheaper by more than the price of the change."""
    path = np.zeros(len(lean), dtype=np.int64)
    side = 0
    for day, value in zip(range(len(lean) - 1, -1, -1), lean[::-1].tolist(), strict=True):
        if side == 0 or side * value < -PENALTY:
            side = 1 if value > 0 else -1
        path[day] = side
    return path
