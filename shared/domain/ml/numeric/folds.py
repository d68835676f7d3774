"""Walking forward: what each fold may have learned from, and what it is tested on. Days alone decide."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shared.domain.ml.horizon import KNOWN_AFTER_DAYS
from shared.domain.panels.panel import DayArray

LEARNED_LEAST_DAYS = 112
"""A fold learns from at least so many days."""
SHORT_FOLDS, SHORT_DAYS, LONG_DAYS = 4, 28, 112
"""The first folds are short, so that a young history has some; a length depends on a fold's number alone, never on what comes later."""
PURGE_DAYS = KNOWN_AFTER_DAYS
"""Labels of so many days reach into what follows."""
EMBARGO_DAYS = 7
"""And so many more are left out, because neighbouring days have the same things in their windows."""
HELD_OUT_DAYS = 56

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fold:
    """A span of days that is tested, half-open."""

    start: np.datetime64
    end: np.datetime64

    def tested(self, days: DayArray) -> Mask:
        """Return which days lie in it."""
        within: Mask = (days >= self.start) & (days < self.end)
        return within

    def learnable(self, days: DayArray) -> Mask:
        """Return which days may be learned from before it."""
        return known_before(days, self.start)


def known_before(days: DayArray, start: np.datetime64) -> Mask:
    """Return of which days everything, their labels included, was known an embargo before a day began."""
    return np.asarray(days + np.timedelta64(PURGE_DAYS + EMBARGO_DAYS, "D") <= start)


def folds_of(first: np.datetime64, end: np.datetime64) -> Iterator[Fold]:
    """Yield the folds between the first day that is learned from and `end`; the last one may be cut short by it."""
    start = first + np.timedelta64(LEARNED_LEAST_DAYS + PURGE_DAYS + EMBARGO_DAYS, "D")
    number = 0
    while start < end:
        following = start + np.timedelta64(SHORT_DAYS if number < SHORT_FOLDS else LONG_DAYS, "D")
        yield Fold(start, min(following, end))
        start, number = following, number + 1


def held_out_of(last: np.datetime64) -> Fold:
    """Return the last days of which it is known what came of them."""
    end = last + np.timedelta64(1, "D")
    return Fold(end - np.timedelta64(HELD_OUT_DAYS, "D"), end)
