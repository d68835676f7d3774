"""Stored indices, read in one statement each."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from shared.core.errors import NoDataError
from shared.db.engine import Database
from shared.domain.datasets.stamps import Stamp, read_stamp

from . import statements

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

FURTHEST = 2**62
"""A number that no entry has."""


@dataclass(frozen=True, slots=True)
class Told:
    """JSON, and the day that it is of; `None` for an index without any."""

    text: str | None
    day: str | None
    stamp: Stamp
    total: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Entries of a log, newest first."""

    text: str
    last: int | None
    told: int
    total: int
    stamp: Stamp


class IndexRepository:
    """Reads by prepared statements. Every method raises `NoDataError` when no refresh ever stored anything, and
    `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listed(self) -> Told:
        """Return all summaries."""
        text, total, day, *stamp = await self._one("indices.listed", statements.listed, {})
        return Told(text, day, read_stamp(*stamp), total)

    async def summary(self, index_id: str) -> Told:
        """Return one index's summary."""
        text, _, day, *stamp = await self._of(index_id)
        return Told(text, day, read_stamp(*stamp))

    async def report(self, index_id: str) -> Told:
        """Return one index's report."""
        _, text, day, *stamp = await self._of(index_id)
        return Told(text, day, read_stamp(*stamp))

    async def holdings(self, index_id: str, day: date) -> Told:
        """Return what an index held at the close of a day, or of the last one before that is told of."""
        values = {"index_id": index_id, "day": day.isoformat()}
        text, at, *stamp = await self._one("indices.holdings", statements.holdings, values)
        return Told(text, at, read_stamp(*stamp))

    async def transactions(
        self, index_id: str, *, before: int = FURTHEST, size: int, filters: Mapping[str, str]
    ) -> Page:
        """Return up to `size` entries with numbers below `before`."""
        shape = frozenset(filters)
        values = {"index_id": index_id, "before": before, "size": size, **filters}
        row = await self._one(("indices.transactions", shape), lambda: statements.transactions(shape), values)
        text, last, told, total, begun, *stamp = row
        if not begun:
            raise NoDataError("No such index was reckoned yet")
        return Page(text, last, told, total, read_stamp(*stamp))

    async def _of(self, index_id: str) -> Sequence[Any]:
        return await self._one("indices.of", statements.of_index, {"index_id": index_id})

    async def _one(
        self, shape: Hashable, build: "Callable[[], ClauseElement]", values: Mapping[str, object]
    ) -> Sequence[Any]:
        rows = await self._database.fetch(shape, build, values)
        if not rows:
            raise NoDataError("No indices yet")
        return rows[0]
