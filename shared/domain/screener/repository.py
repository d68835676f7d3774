"""What the screener found, read in one statement."""

from dataclasses import dataclass
from datetime import datetime

from shared.core.errors import NoDataError
from shared.db.engine import Database
from shared.domain.cursors import from_microseconds

from . import statements
from .asking import Asked


@dataclass(frozen=True, slots=True)
class Found:
    """A page of tokens as JSON, and what is to be told about them."""

    text: str
    total: int
    as_of: datetime | None
    """Of the oldest quote on the page; `None` on an empty one."""
    made_at: datetime | None
    """The generation's time; `None` when the snapshot asked for is gone."""
    quotes_at: datetime | None
    scores_at: datetime | None
    datapoints_at: datetime | None
    refreshed_at: datetime
    sources: tuple[str, ...]
    data_source: str


class ScreenerRepository:
    """Reads by prepared statements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def screened(self, asked: Asked, *, snapshot: datetime | None) -> Found:
        """Return a page.

        Raises:
            NoDataError: no generation was ever made.
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        values = statements.values_of(asked)
        if snapshot is not None:
            values["snapshot"] = snapshot
        rows = await self._database.fetch(("screener", asked.shape), lambda: statements.screened(asked), values)
        if not rows:
            raise NoDataError("No screener data yet")
        text, total, as_of, made_at, quotes_at, scores_at, datapoints_at, refreshed_us, sources, data_source = rows[0]
        refreshed_at = from_microseconds(refreshed_us)
        if refreshed_at is None:
            raise NoDataError("No screener data yet")
        return Found(
            text,
            total,
            from_microseconds(as_of),
            from_microseconds(made_at),
            from_microseconds(quotes_at),
            from_microseconds(scores_at),
            from_microseconds(datapoints_at),
            refreshed_at,
            tuple(sources or ()),
            data_source,
        )
