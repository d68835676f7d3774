"""Bull, neutral and bear phases of the whole market: when each begins and ends, and how far it carries prices."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox import noise
from sandbox.timeline import LAST, ORIGIN

_DAY = 86_400
BOUND = 1.3  # the level of the market factor never leaves ± this, in log units
_TURBULENCE = {"bull": 1.0, "neutral": 0.65, "bear": 1.3}


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of time with one direction; `change` is the log return of the market factor over it."""

    kind: str
    start: datetime
    end: datetime
    level: float
    change: float

    @property
    def turbulence(self) -> float:
        """How much noise the market factor carries in this phase, relative to a bull phase."""
        return _TURBULENCE[self.kind]

    def drift_at(self, moment: datetime) -> float:
        """Return the level of the market factor without its noise."""
        return self.level + self.change * self.share_at(moment)

    def share_at(self, moment: datetime) -> float:
        """Return how much of the phase has passed, 0 to 1."""
        return (moment - self.start) / (self.end - self.start)


class Phases:
    """The phases of one seed from the market's origin to its last year."""

    def __init__(self, seed: int) -> None:
        self._all = _generate(noise.mix(seed, 3))
        self._starts = [phase.start for phase in self._all]

    def at(self, moment: datetime) -> Phase:
        """Return the phase that `moment` falls into."""
        return self._all[bisect_right(self._starts, moment) - 1]

    def between(self, start: datetime, end: datetime) -> list[Phase]:
        """Return the phases that overlap [start, end), oldest first."""
        return [phase for phase in self._all if phase.start < end and phase.end > start]


def _generate(key: int) -> tuple[Phase, ...]:
    phases: list[Phase] = []
    start, level, kind = ORIGIN, 0.0, "neutral"
    while start < LAST.timestamp():
        index = len(phases)
        kind = _next_kind(kind, level, noise.unit(key, index, 0))
        days = 45 + int(noise.unit(key, index, 1) * (60 if kind == "neutral" else 180))
        change = _change(kind, noise.unit(key, index, 2))
        end = start + days * _DAY
        phases.append(Phase(kind, datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC), level, change))
        start, level = end, level + change
    return tuple(phases)


def _next_kind(kind: str, level: float, chance: float) -> str:
    if kind != "neutral" and chance < 0.5:
        return "neutral"
    # The level goes back towards its middle, so that prices stay of realistic size for decades.
    if abs(level) > 0.4:
        back = "bear" if level > 0 else "bull"
        return "neutral" if back == kind else back
    if kind == "neutral":
        return "bull" if chance < 0.5 else "bear"
    return "bear" if kind == "bull" else "bull"


def _change(kind: str, chance: float) -> float:
    if kind == "neutral":
        return 0.0
    size = 0.45 + 0.4 * chance
    return size if kind == "bull" else -size
