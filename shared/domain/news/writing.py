"""Storing what a refresh found: one transaction, COPY to staging, then the old revisions end and the new ones hold."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import copy_rows
from shared.db.engine import Database
from shared.domain.datasets.stamping import stamp

from . import staging
from .articles import KnownNews, Merged
from .catalogue import NewsToken

if TYPE_CHECKING:
    from sqlalchemy import Connection

DATASET = "refresh_news"
_LOCK = "SELECT pg_advisory_xact_lock(4203007)"
_STAGE = (
    "CREATE TEMPORARY TABLE staged_news ON COMMIT DROP AS SELECT * FROM news_revisions WITH NO DATA",
    "CREATE TEMPORARY TABLE staged_addresses ON COMMIT DROP AS SELECT * FROM news_addresses WITH NO DATA",
)
_END = """
    UPDATE news_revisions AS old SET replaced_at = :at FROM staged_news AS staged
    WHERE old.article_id = staged.article_id AND old.replaced_at IS NULL
"""
_COLUMNS = ", ".join(staging.COLUMNS)
_HOLD = f"INSERT INTO news_revisions (known_at, {_COLUMNS}) SELECT :at, {_COLUMNS} FROM staged_news"  # noqa: S608 ours
_LEAD = """
    INSERT INTO news_addresses (address, article_id, known_at)
    SELECT address, article_id, :at FROM staged_addresses ON CONFLICT (address) DO NOTHING
"""
_LEAVE = """
    DELETE FROM news_places AS place USING (
        SELECT old.published_at, old.article_id, unnest(
            ARRAY(SELECT 'token:' || unnest(old.token_ids)) || ARRAY(SELECT 'source:' || unnest(old.carriers))
        ) AS name
        FROM news_revisions AS old JOIN staged_news AS staged ON staged.article_id = old.article_id
        WHERE old.replaced_at = :at
    ) AS former
    WHERE place.name = former.name AND place.published_at = former.published_at AND place.article_id = former.article_id
"""
_PLACE = """
    INSERT INTO news_places (name, published_at, article_id)
    SELECT DISTINCT place.name, staged.published_at, staged.article_id FROM staged_news AS staged CROSS JOIN LATERAL (
        SELECT 'token:' || unnest(staged.token_ids) UNION SELECT 'source:' || unnest(staged.carriers)
    ) AS place (name)
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was stored when a run looked."""

    news: KnownNews
    refreshed_us: int | None
    """When it was refreshed; a run that finds another time at its end was overtaken."""


class NewsWriter:
    """The news tables, for the refresher, over a writing `database`. Every method raises `DatabaseUnavailableError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def catalogue(self) -> list[NewsToken]:
        """Return the tokens there are."""
        from . import recall_statements

        ((text,),) = await self._database.fetch("news.catalogue", recall_statements.catalogue, {})
        return [
            NewsToken(token_id, symbol.upper(), name, None if rank is None else int(rank), market_cap)
            for token_id, symbol, name, rank, market_cap in json.loads(text, parse_float=Decimal, parse_int=Decimal)
        ]

    async def recall(self, addresses: Collection[str], *, since: datetime) -> Recalled:
        """Return the articles at these canonical addresses, and all that were published since."""
        from . import recall_statements

        parameters = {"addresses": sorted(addresses), "since": since}
        ((articles, known, refreshed_us),) = await self._database.fetch(
            "news.known", recall_statements.known_news, parameters
        )
        found = [staging.article_of(row) for row in json.loads(articles, parse_float=Decimal)]
        news = KnownNews({each.article_id: each for each in found}, dict(json.loads(known)))
        return Recalled(news, refreshed_us)

    async def store(
        self,
        merged: Merged,
        *,
        at: datetime,
        sources: Iterable[str],
        data_source: DataSource,
        seen: int | None,
    ) -> int | None:
        """Store a run and return how many revisions it wrote; `None`, and nothing is written, when it was overtaken.

        Args:
            merged: What is new.
            at: When the run began: from then on its revisions are known.
            sources: Providers that answered.
            data_source: Which kind of data it is.
            seen: `Recalled.refreshed_us` of what it was merged with.

        Raises:
            SettingsError: the database holds another kind of data.
        """
        told = list(sources)
        return await self._database.transaction(
            lambda connection: _store(connection, merged, at, told, data_source, seen)
        )


def _store(
    connection: "Connection",
    merged: Merged,
    at: datetime,
    sources: list[str],
    data_source: DataSource,
    seen: int | None,
) -> int | None:
    from sqlalchemy import text

    from .recall_statements import refreshed_at

    connection.execute(text(_LOCK))
    stamped: int | None = connection.execute(refreshed_at()).scalar()
    # Neither may the clock go back: a revision begins after the one it ends.
    if stamped != seen or (stamped is not None and stamped >= at.timestamp() * 1_000_000):
        return None
    stamp(connection, DATASET, at=at, sources=sources, data_source=data_source)
    for statement in _STAGE:
        connection.execute(text(statement))
    copy_rows(connection, "staged_news", staging.COLUMNS, staging.rows_of(merged.revisions))
    copy_rows(connection, "staged_addresses", ("address", "article_id"), merged.addresses.items())
    for statement in (_END, _HOLD, _LEAD, _LEAVE, _PLACE):
        connection.execute(text(statement), {"at": at})
    return len(merged.revisions)
