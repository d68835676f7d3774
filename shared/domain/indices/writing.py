"""Storing what indices did: one transaction, days and entries by COPY, the log chained."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import Field, copy_rows
from shared.db.engine import Database
from shared.domain.datasets.stamping import stamp
from shared.records.indices import IndexAdvance, IndexDay, StoredIndex

from .catalogue import DATASET
from .log import End, linked

if TYPE_CHECKING:
    from sqlalchemy import Connection

CODE_VERSION = "1"
"""Of the rules and their arithmetic: what was stored by another one stays, and says so."""

Row = tuple[Field, ...]
_LOG_COLUMNS = ("index_id", "sequence", "at", "token_id", "reason", "body", "previous", "hash")
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203015)"
_STATE = "SELECT day, state FROM index_states WHERE index_id = :index_id"
_DAYS = "SELECT day, value, invested, traded, costs FROM index_days WHERE index_id = :index_id ORDER BY day"
_END = "SELECT sequence, hash FROM index_transactions WHERE index_id = :index_id ORDER BY sequence DESC LIMIT 1"
_STAND = """
    INSERT INTO index_states (index_id, place, day, state, summary, report, code_version, inputs_digest, known_at)
    VALUES (:index_id, :place, CAST(:day AS date), CAST(:state AS jsonb), :summary, :report, :code_version, :inputs_digest, :known_at)
    ON CONFLICT (index_id) DO UPDATE SET place = excluded.place, day = excluded.day, state = excluded.state, summary = excluded.summary,
        report = excluded.report, code_version = excluded.code_version, inputs_digest = excluded.inputs_digest,
        known_at = excluded.known_at
"""


class IndexWriter:
    """The tables of the indices, for the refresher; every method raises `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stored(self, index_id: str) -> StoredIndex | None:
        """Return where an index stands, `None` for one that is new."""
        return await self._database.transaction(lambda connection: _stored(connection, index_id))

    async def store(
        self, advances: Sequence[IndexAdvance], *, at: datetime, sources: Sequence[str], data_source: DataSource
    ) -> int:
        """Store what indices did, and return how many days were new; an advance from where the index no longer stands is passed over.

        Raises:
            SettingsError: the database holds another kind of data: sandbox, replay and live never mix.
        """

        def work(connection: "Connection") -> int:
            from sqlalchemy import text

            connection.execute(text(_ONE_AT_A_TIME))
            stamp(connection, DATASET, at=at, sources=sources, data_source=data_source)
            return sum(_advance(connection, each, at) for each in advances)

        return await self._database.transaction(work)


def _stored(connection: "Connection", index_id: str) -> StoredIndex | None:
    from sqlalchemy import text

    found = connection.execute(text(_STATE), {"index_id": index_id}).first()
    if found is None:
        return None
    rows = connection.execute(text(_DAYS), {"index_id": index_id})
    days = [
        IndexDay(day=day, value=value, invested=invested, traded=traded, costs=costs)
        for day, value, invested, traded, costs in rows
    ]
    return StoredIndex(day=found[0], state=found[1], days=days)


def _advance(connection: "Connection", advance: IndexAdvance, at: datetime) -> int:
    from sqlalchemy import text

    standing = connection.execute(text(_STATE), {"index_id": advance.index_id}).first()
    if (None if standing is None else standing[0]) != advance.after or not advance.days:
        return 0
    _append(connection, advance, at)
    connection.execute(text(_STAND), _standing(advance, at))
    return len(advance.days)


def _append(connection: "Connection", advance: IndexAdvance, at: datetime) -> None:
    index_id = advance.index_id
    days: Iterable[Row] = ((index_id, str(each.day), *_numbers(each), at) for each in advance.days)
    columns = ("index_id", "day", "value", "invested", "traded", "costs", "known_at")
    copy_rows(connection, "index_days", columns, days)
    entries = _entries(advance, _end_of(connection, index_id), at)
    copy_rows(connection, "index_transactions", _LOG_COLUMNS, entries)
    holdings: Iterable[Row] = ((index_id, str(day), told, at) for day, told in advance.holdings.items())
    copy_rows(connection, "index_holdings", ("index_id", "day", "holdings", "known_at"), holdings)


def _end_of(connection: "Connection", index_id: str) -> End:
    from sqlalchemy import text

    last = connection.execute(text(_END), {"index_id": index_id}).first()
    return End() if last is None else End(int(last[0]), last[1])


def _entries(advance: IndexAdvance, end: End, at: datetime) -> Iterator[Row]:
    for each in linked(advance.index_id, end, advance.entries, at):
        entry = each.entry
        place = (advance.index_id, each.sequence, entry.at, entry.token_id, entry.reason)
        yield (*place, each.body, each.previous, each.hash)


def _numbers(day: IndexDay) -> tuple[str, ...]:
    return repr(day.value), repr(day.invested), repr(day.traded), repr(day.costs)


def _standing(advance: IndexAdvance, at: datetime) -> dict[str, object]:
    return {
        "index_id": advance.index_id,
        "place": advance.place,
        "day": str(advance.last),
        "state": json.dumps(advance.state),
        "summary": advance.summary,
        "report": advance.report,
        "code_version": CODE_VERSION,
        "inputs_digest": advance.inputs_digest,
        "known_at": at,
    }
