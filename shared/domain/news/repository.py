"""Stored news, read in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.core.errors import NoDataError
from shared.db.engine import Database

from . import statements
from .statements import Filters

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class NewsPage:
    """Articles as JSON, and what is to be told about them."""

    token_ids: tuple[str, ...] | None
    """The tokens that were meant; `None` when none was asked for, empty when there is none such."""
    candidates: str | None
    """`id`, `symbol`, `name` and `rank` of each of them, best ranked first, as the text of a list."""
    data: str
    more: bool
    """Whether there are older ones."""
    last_at: datetime | None
    """Of the last article, when the page is full."""
    last_id: str | None
    total: int | None
    """How many there are on all pages; `None` beyond `statements.COUNTED`."""
    refreshed_at: datetime
    sources: tuple[str, ...]
    data_source: str


class NewsRepository:
    """Reads by prepared statements."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, filters: Filters, values: Mapping[str, object]) -> NewsPage:
        """Return the articles that the filters leave, newest first.

        Raises:
            NoDataError: news were never refreshed.
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        rows = await self._database.fetch(("news.page", filters), lambda: statements.page(filters), values)
        if not rows:
            raise NoDataError("No news yet")
        ids, candidates, data, more, last_us, last_id, total, refreshed_us, sources, data_source = rows[0]
        return NewsPage(
            token_ids=None if ids is None else tuple(ids.split(",")) if ids else (),
            candidates=candidates,
            data=data,
            more=more,
            last_at=None if last_us is None else _EPOCH + last_us * _MICROSECOND,
            last_id=last_id,
            total=total,
            refreshed_at=_EPOCH + refreshed_us * _MICROSECOND,
            sources=tuple(sources.split(",")) if sources else (),
            data_source=data_source,
        )
