"""The metrics of chains, each answer read in one statement."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.core.errors import NoDataError
from shared.db.engine import Database
from shared.domain.cursors import from_microseconds
from shared.domain.datasets.stamps import Stamp, read_stamp
from shared.records.chains import Metric, Resolution

from . import statements
from .statements import Form

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement


@dataclass(frozen=True, slots=True)
class Pair:
    """One metric of one chain, and what is to be expected of it."""

    chain: str
    metric: Metric
    read: bool
    """Whether somebody tells readings of it, which then must not be too old."""
    told_by: tuple[str, ...]
    """Who tells its days; what another is named for was made of readings."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest values as JSON."""

    data: str
    sources: tuple[str, ...]
    """Who told these values."""
    count: int
    """How many of them there are."""
    overdue: bool
    """Whether a new value of any is overdue."""
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Series:
    """A part of a series."""

    text: str
    sources: tuple[str, ...]
    next_at: datetime | None
    """Time of the first point that did not fit any more; `None` when there is none."""
    last_at: datetime | None
    """Time of the last point."""
    total: int | None
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which series is asked for: the observations from `start` to before `end`, as they were known at `known`."""

    chain: str
    metric: Metric
    resolution: Resolution
    start: datetime
    end: datetime
    known: datetime


class ChainMetricsRepository:
    """Reads by prepared statements. Every method raises `NoDataError` when no refresh ever stored anything, and
    `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stamp(self) -> Stamp:
        """Return when the chains were refreshed."""
        return read_stamp(*await self._one("chains.stamp", statements.stamp, {}))

    async def latest(self, pairs: Sequence[Pair], *, ranked: bool, now: datetime, late: timedelta) -> Latest:
        """Return the latest value of each pair, in their order, or ranked, the largest first.

        Args:
            pairs: What is wanted.
            ranked: By value.
            now: What they are old against.
            late: From when on a reading is overdue.
        """
        values = {
            "chains": [pair.chain for pair in pairs],
            "metrics": [pair.metric for pair in pairs],
            "readings": [pair.read for pair in pairs],
            "tellers": [",".join(pair.told_by) for pair in pairs],
            "now": now,
            "late_s": round(late.total_seconds()),
        }
        row = await self._one(("chains.latest", ranked), lambda: statements.latest(ranked=ranked), values)
        return Latest(row[0], _names(row[1]), row[2], row[3], read_stamp(*row[4:]))

    async def series(self, form: Form, wanted: Wanted, *, start: datetime, size: int) -> Series:
        """Return up to `size` points from `start` on; the total counts from the beginning."""
        values = {
            "chain": wanted.chain,
            "metric": wanted.metric,
            "resolution": wanted.resolution,
            "first": wanted.start,
            "start": start,
            "end": wanted.end,
            "known": wanted.known,
            "size": size,
        }
        text, sources, next_us, last_us, total, *stamp = await self._one(
            ("chains.series", form), lambda: statements.series(form), values
        )
        next_at, last_at = (from_microseconds(us) for us in (next_us, last_us))
        return Series(text, _names(sources), next_at, last_at, total, read_stamp(*stamp))

    async def _one(
        self, shape: Hashable, build: "Callable[[], ClauseElement]", values: Mapping[str, object]
    ) -> Sequence[Any]:
        rows = await self._database.fetch(shape, build, values)
        if not rows:
            raise NoDataError("No chain data yet")
        return rows[0]


def _names(listed: str | None) -> tuple[str, ...]:
    return tuple(sorted(listed.split(","))) if listed else ()
