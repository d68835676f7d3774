"""Stored regimes, read in one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.core.errors import NoDataError
from shared.db.engine import Database
from shared.domain.cursors import from_microseconds
from shared.domain.datasets.stamps import Stamp, read_stamp

from . import statements


@dataclass(frozen=True, slots=True)
class Day:
    """One day's regime as a JSON object."""

    text: str
    ended_at: datetime
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Series:
    """A part of the history."""

    text: str
    last_at: datetime | None
    next_at: datetime | None
    """The first day that did not fit any more; `None` when there is none."""
    total: int
    stamp: Stamp


class RegimeRepository:
    """Reads by prepared statements. Every method raises `NoDataError` when no refresh ever stored anything, and
    `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, *, before: datetime, as_of: datetime) -> Day | None:
        """Return the newest day that began before a moment, as it was said by `as_of`."""
        rows = await self._database.fetch("regime.newest", statements.newest, {"end": before, "as_of": as_of})
        text, ends_us, *stamp = _first(rows)
        ended_at = from_microseconds(ends_us)
        return None if text is None or ended_at is None else Day(text, ended_at, read_stamp(*stamp))

    async def history(self, *, first: datetime, start: datetime, end: datetime, as_of: datetime, size: int) -> Series:
        """Return up to `size` days from `start` to before `end`; the total counts from `first`."""
        values = {"first": first, "start": start, "end": end, "as_of": as_of, "size": size}
        rows = await self._database.fetch("regime.history", statements.history, values)
        text, last_us, next_us, total, *stamp = _first(rows)
        return Series(text, from_microseconds(last_us), from_microseconds(next_us), total, read_stamp(*stamp))


def _first(rows: Sequence[Sequence[Any]]) -> Sequence[Any]:
    if not rows:
        raise NoDataError("No regime yet")
    return rows[0]
