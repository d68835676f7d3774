"""The log that signals would have left, and their grades: the rules of the platform's own log, on days instead of moments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from shared.domain.signals.emitting import fresh, is_hit, probability
from shared.domain.signals.rules import HORIZON_DAYS, LOST_AFTER_DAYS, STRENGTHS
from shared.records.signals import Emission, Graded, LastEmission

from .lived import Lived


@dataclass(slots=True)
class _Log:
    lived: Lived
    last: dict[str, LastEmission] = field(default_factory=dict)
    waiting: list[tuple[int, Emission, float]] = field(default_factory=list)
    graded: list[Graded] = field(default_factory=list)
    right: dict[str, list[int]] = field(default_factory=lambda: {strength: [0, 0] for strength in STRENGTHS})
    emitted: int = 0

    def grade(self, row: int) -> None:
        """Grade what has come due and has a price, or has waited for one too long."""
        still = []
        for begun, emission, stated in self.waiting:
            ended = self._ended(begun, emission, row)
            if ended is None:
                still.append((begun, emission, stated))
                continue
            price, lost = ended
            found = _graded(_closed(self.lived, begun), emission, stated, price, lost)
            self.graded.append(found)
            self.right[emission.strength][0] += is_hit(found)
            self.right[emission.strength][1] += 1
        self.waiting = still

    def append(self, row: int, emissions: Sequence[Emission]) -> None:
        """Append what is news."""
        now = _closed(self.lived, row)
        for emission in fresh(emissions, self.last, now=now):
            self.last[emission.token_id] = LastEmission(
                direction=emission.direction, strength=emission.strength, emitted_at=now
            )
            self.waiting.append((row, emission, float(probability(*self.right[emission.strength]))))
            self.emitted += 1

    def _ended(self, begun: int, emission: Emission, row: int) -> tuple[float, bool] | None:
        due = begun + HORIZON_DAYS
        if row < due:
            return None
        closes = self.lived.close[:, self.lived.token_ids.index(emission.token_id)]
        if np.isfinite(closes[row]):
            return float(closes[row]), False
        if row < due + LOST_AFTER_DAYS:
            return None
        before = closes[:due]
        return float(before[np.isfinite(before)][-1]), True


@dataclass(frozen=True, slots=True)
class Logged:
    """What the log would hold."""

    emitted: int
    graded: Sequence[Graded]


def logged(lived: Lived) -> Logged:
    """Return the signals of all days whose horizon is over."""
    log = _Log(lived)
    for row, emissions in enumerate(lived.emissions):
        log.grade(row)
        log.append(row, emissions)
    return Logged(log.emitted, log.graded)


def of_years(graded: Sequence[Graded], years: Sequence[int], *, within: bool) -> Iterator[Graded]:
    """Yield the signals of some years, or of all others."""
    return (each for each in graded if (each.emitted_at.year in years) is within)


def _closed(lived: Lived, row: int) -> datetime:
    moment: datetime = (lived.days[row] + np.timedelta64(1, "D")).astype("datetime64[s]").astype(datetime)
    return moment.replace(tzinfo=UTC) - timedelta(seconds=1)


def _graded(at: datetime, emission: Emission, stated: float, price: float, lost: bool) -> Graded:
    return Graded(
        emitted_at=at,
        direction=emission.direction,
        strength=emission.strength,
        score=float(emission.score),
        probability=stated,
        entry_usd=float(emission.price_usd),
        exit_usd=price,
        lost=lost,
    )
