"""Storing what a refresh found: one transaction, COPY to staging, merge."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.core.errors import SettingsError
from shared.db.copying import copy_rows
from shared.db.engine import Database
from shared.records.market import PriceRecord, Quote

from . import merging, recall, staging
from .known import KnownTokens
from .snapshot import MarketSnapshot

if TYPE_CHECKING:
    from sqlalchemy import Connection

PARTITIONED_WITHIN = timedelta(days=45)
"""Prices observed longer before or after a run go to the default partition: a provider's wrong clock makes no tables."""


class MarketWriter:
    """The market tables, for the refreshers, over a writing `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load_matching(self) -> KnownTokens:
        """Return the catalogue with the latest prices and the providers' names.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        ((tokens, names),) = await self._database.fetch("market.catalogue", recall.catalogue_statement, {})
        return recall.known_tokens(tokens, names)

    async def recent_source_quotes(self, since: datetime) -> list[tuple[str, PriceRecord]]:
        """Return (token id, record): the latest of each token and provider, fetched at or after `since`.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        parameters = {"since": since}
        ((text,),) = await self._database.fetch("market.records", recall.records_statement, parameters)
        return recall.records(text)

    async def store(self, snapshot: MarketSnapshot) -> int:
        """Store a run and return how many rows of quotes, records and price points it wrote.

        A run that is not newer than the newest stored one writes nothing, so a second delivery is harmless.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
            SettingsError: the database holds another kind of data: sandbox, replay and live never mix.
        """
        months = sorted({month for quote in snapshot.quotes if (month := _month(quote, snapshot)) is not None})
        await self._database.transaction(lambda connection: _ensure_partitions(connection, months))
        return await self._database.transaction(lambda connection: _store(connection, snapshot))


def _month(quote: Quote, snapshot: MarketSnapshot) -> datetime | None:
    newest = max((source.observed_at for source in quote.sources if source.verdict == "used"), default=quote.as_of)
    if abs(newest - snapshot.refreshed_at) > PARTITIONED_WITHIN:
        return None
    return newest.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _ensure_partitions(connection: "Connection", months: list[datetime]) -> None:
    # Beforehand and by itself: attaching a partition locks the default one until the transaction ends.
    _run(connection, merging.PARTITIONS, months=[month.isoformat() for month in months])


def _store(connection: "Connection", snapshot: MarketSnapshot) -> int:
    _run(connection, merging.ONE_AT_A_TIME)
    if not _is_newest(connection, snapshot):
        return 0
    _stage(connection, snapshot)
    if snapshot.retired:
        for statement in merging.RETIRE:
            _run(connection, statement, retired=list(snapshot.retired))
    for statement in (merging.TOKENS, merging.SEEN, merging.NAMES):
        _run(connection, statement)
    rows = _run(connection, merging.SOURCES) + _run(connection, merging.POINTS)
    return rows + _rank(connection, snapshot)


def _is_newest(connection: "Connection", snapshot: MarketSnapshot) -> bool:
    from sqlalchemy import text

    found = connection.execute(text(merging.NEWEST), {"refreshed_at": snapshot.refreshed_at}).one_or_none()
    if found is None:
        return True
    overtaken, data_source = found
    if data_source != snapshot.data_source:
        raise SettingsError("DATA_SOURCE", f"this database holds {data_source} data, not {snapshot.data_source}")
    return not overtaken


def _stage(connection: "Connection", snapshot: MarketSnapshot) -> None:
    for statement in merging.STAGE:
        _run(connection, statement)
    copy_rows(connection, "staged_tokens", staging.TOKEN_COLUMNS, staging.token_rows(snapshot))
    copy_rows(connection, "staged_names", staging.NAME_COLUMNS, staging.name_rows(snapshot))
    copy_rows(connection, "staged_sources", staging.SOURCE_COLUMNS, staging.source_rows(snapshot))
    copy_rows(connection, "staged_quotes", staging.QUOTE_COLUMNS, staging.quote_rows(snapshot))


def _rank(connection: "Connection", snapshot: MarketSnapshot) -> int:
    run = {"refreshed_at": snapshot.refreshed_at}
    _run(connection, merging.RANK, **run)
    rows = _run(connection, merging.QUOTES)
    _run(connection, merging.RERANK)
    _run(connection, merging.RANKING, **run, data_source=snapshot.data_source)
    _run(connection, merging.FORGET_RANKINGS, **run)
    _run(connection, merging.MOVES)
    _run(connection, merging.TOTALS, **run)
    return rows


def _run(connection: "Connection", statement: str, **parameters: Any) -> int:
    """Run a statement of `merging` and return the number of rows that it wrote."""
    from sqlalchemy import text

    return max(connection.execute(text(statement), parameters).rowcount, 0)
