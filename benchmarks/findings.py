"""What a measurement found, and what it had to reach."""

from dataclasses import dataclass
from typing import Literal

from .ratios import Spread

Unit = Literal["", "ms", "s", "MB", "µs"]


@dataclass(frozen=True, slots=True)
class Bound:
    """The limit a figure must keep: at least or at most so much, as a multiple of the rival's or in its own unit."""

    limit: float
    side: Literal["at least", "at most"]
    of_rival: bool

    def holds(self, value: float) -> bool:
        """Return whether a value keeps the limit."""
        return value >= self.limit if self.side == "at least" else value <= self.limit


def times_rival(limit: float, side: Literal["at least", "at most"]) -> Bound:
    """Return a limit on the paired ratio to the rival."""
    return Bound(limit, side, of_rival=True)


def at_most(limit: float) -> Bound:
    """Return a limit on our own figure."""
    return Bound(limit, "at most", of_rival=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One figure of one piece of work."""

    work: str
    figure: str
    unit: Unit
    ours: Spread
    rival: Spread | None = None
    ratio: Spread | None = None
    bound: Bound | None = None
    errors: int = 0
    """Requests of ours that failed while it was taken; a figure with errors reaches nothing."""

    @property
    def reached(self) -> bool | None:
        """Return whether the median keeps the bound; `None` without a bound or without the rival it speaks of."""
        if self.bound is None:
            return None
        value = self.ratio if self.bound.of_rival else self.ours
        if value is None:
            return None
        return not self.errors and self.bound.holds(value.median)
