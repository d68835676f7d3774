"""Storing sentiment: one transaction, COPY to staging, merge."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import Field, copy_rows
from shared.db.engine import Database
from shared.domain.cursors import from_microseconds
from shared.domain.datasets.stamping import stamp
from shared.records.sentiment import NewsMood, SentimentRecord, mood_of

from . import input_statements
from .composing import WEIGHTS
from .measures import MarketMeasures, TokenMeasures
from .news import moods_of
from .statements import DATASET, MARKET

if TYPE_CHECKING:
    from sqlalchemy import Connection

_COLUMNS = ("index_name", "at", "known_at", "value", "mood", "provider", "components", "missing")
_STAGE = "CREATE TEMPORARY TABLE staged_sentiment (LIKE sentiment_values) ON COMMIT DROP"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203008)"
# What a provider revised is a new row. Our own value of an hour is the first one made in it: a second run of the hour is no revision.
_MERGE = """
    INSERT INTO sentiment_values
    SELECT staged.* FROM staged_sentiment AS staged
    LEFT JOIN LATERAL (
        SELECT value FROM sentiment_values AS held
        WHERE held.index_name = staged.index_name AND held.at = staged.at
        ORDER BY held.known_at DESC LIMIT 1
    ) AS held ON true
    WHERE held.value IS NULL OR (held.value <> staged.value AND staged.index_name <> 'cryptoprism')
    ON CONFLICT DO NOTHING
"""
_MOODS = """
    INSERT INTO news_moods (scope, score, articles, known_at)
    VALUES (:scope, :score, :articles, :known_at)
    ON CONFLICT (scope) DO UPDATE
    SET score = excluded.score, articles = excluded.articles, known_at = excluded.known_at
"""
_FORGET_MOODS = "DELETE FROM news_moods WHERE known_at < :known_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentSnapshot:
    """What one run found."""

    records: Sequence[SentimentRecord]
    moods: Sequence[NewsMood]
    refreshed_at: datetime
    data_source: DataSource


class SentimentWriter:
    """The sentiment tables, for the refresher, over a writing `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self) -> datetime | None:
        """Return the newest day that Alternative.me's index is stored of.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        ((newest,),) = await self._database.fetch("sentiment.newest", input_statements.newest_value, {})
        return from_microseconds(newest)

    async def measures(self, *, now: datetime) -> MarketMeasures | None:
        """Return what our own index is made of, `None` without a quote of bitcoin.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        rows = await self._database.fetch("sentiment.measures", input_statements.measures, {"now": now})
        if not rows:
            return None
        week, month, priced_at, closes, volumes, shares, rising, falling = rows[0]
        bitcoin = TokenMeasures(
            closes=closes or (),
            volumes=volumes or (),
            change_7d_pct=week,
            change_30d_pct=month,
            priced_at=from_microseconds(priced_at),
        )
        return MarketMeasures(bitcoin=bitcoin, shares_pct=shares or (), rising=rising, falling=falling)

    async def read_news(self, *, now: datetime) -> list[NewsMood]:
        """Return what the news sound like, of the market and of each token in them; nothing where there are none.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        return await self._database.transaction(lambda connection: moods_of(connection, now))

    async def store(self, snapshot: SentimentSnapshot) -> int:
        """Store a run and return how many values were new or revised; a second delivery stores none.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
            SettingsError: the database holds another kind of data: sandbox, replay and live never mix.
        """
        return await self._database.transaction(lambda connection: _store(connection, snapshot))


def _store(connection: "Connection", snapshot: SentimentSnapshot) -> int:
    from sqlalchemy import text

    connection.execute(text(_ONE_AT_A_TIME))
    sources = sorted({record.provider for record in snapshot.records})
    stamp(connection, DATASET, at=snapshot.refreshed_at, sources=sources, data_source=snapshot.data_source)
    connection.execute(text(_STAGE))
    copy_rows(connection, "staged_sentiment", _COLUMNS, map(_row, snapshot.records))
    rows = connection.execute(text(_MERGE)).rowcount
    known_at = snapshot.refreshed_at
    for mood in snapshot.moods:
        said = {"scope": mood.token_id or MARKET, "score": mood.score, "articles": mood.articles}
        connection.execute(text(_MOODS), said | {"known_at": known_at})
    connection.execute(text(_FORGET_MOODS), {"known_at": known_at})
    return max(rows, 0)


def _row(record: SentimentRecord) -> tuple[Field, ...]:
    return (
        record.index,
        record.at,
        record.fetched_at,
        record.value,
        mood_of(record.value),
        record.provider,
        _components(record),
        _missing(record),
    )


def _components(record: SentimentRecord) -> str | None:
    if not record.components:
        return None
    # Written by hand because `json` would make floats of decimals.
    each = (
        f'{{"name":"{name}","value":{component.value},"weight":{component.weight},"full_weight":{WEIGHTS[name]}}}'
        for name, component in record.components.items()
    )
    return f"[{','.join(each)}]"


def _missing(record: SentimentRecord) -> str | None:
    if not record.components:
        return None
    return "{" + ",".join(name for name in WEIGHTS if name not in record.components) + "}"
