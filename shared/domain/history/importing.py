"""A file into the database: all of it or nothing, in one transaction."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from shared.core.errors import FileRefusedError, InvalidParameterError, SettingsError
from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.candles.writing import CandleWriter
from shared.domain.chains import writing as chain_writing
from shared.domain.datasets.stamping import stamp
from shared.records.chains import ChainMetric
from shared.records.points import PricePoint

from . import point_writing
from .ahead import read_ahead
from .asking import Ask
from .files import head_of
from .formats import FORMATS, Format, detected
from .plain_csv import NotPlainError
from .reading import OnProgress, Reading, ShortCandles
from .refusals import Tally

if TYPE_CHECKING:
    from sqlalchemy import Connection

STATEMENT_WITHIN = timedelta(minutes=10)
"""For the database of an import: it also bounds how long a transaction may wait for the next rows of a file."""
ON_CHAIN = "refresh_onchain"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_OTHER_KIND = """
    SELECT data_source FROM (SELECT data_source FROM datasets UNION ALL SELECT data_source FROM rankings) AS every
    WHERE data_source <> :data_source LIMIT 1
"""
_metric_row = attrgetter(*chain_writing.COLUMNS)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    format: str
    tally: Tally
    facts: int
    """Good ones that the file holds."""
    stored: int
    """New or changed by it in the database."""
    kept: int = 0
    """Not stored, because what is stored is preferred."""


class FileImport:
    """Imports one file after the other into one database, over which nobody else writes the same series meanwhile.

    Args:
        database: For writing, with `STATEMENT_WITHIN` as its time limit.
        data_source: Which kind of data the database holds; the file's count as that.
    """

    def __init__(self, database: Database, *, data_source: DataSource) -> None:
        self._database = database
        self._data_source = data_source

    async def run(
        self,
        path: Path,
        ask: Ask,
        *,
        format_name: str | None = None,
        skip_bad: bool = False,
        on_progress: OnProgress = lambda _: None,
    ) -> Imported:
        """Import a file; the same file again changes nothing.

        Raises:
            FileRefusedError: it is no file of ours, or a row is bad and not to be skipped. Nothing of it is kept.
            InvalidParameterError: what the file does not say is not told either.
            DatabaseUnavailableError: PostgreSQL does not answer. Nothing of the file is kept.
            SettingsError: the database holds another kind of data.
        """
        reading = Reading(path, _chosen(path, format_name), ask, skip_bad, on_progress)
        with suppress(NotPlainError, FileRefusedError):
            return await self._by_columns(reading)
        # What is wrong, if anything is, the rows say; nothing has been kept of the columns.
        try:
            return await self._database.transaction(lambda connection: self._store(connection, reading))
        except ShortCandles:
            # Partitions have to be there before the transaction that writes; so such a file is read twice.
            await CandleWriter(self._database).make_months(await asyncio.to_thread(reading.months))
        return await self._database.transaction(lambda connection: self._store(connection, reading))

    async def _by_columns(self, reading: Reading) -> Imported:
        if reading.is_short:
            await CandleWriter(self._database).make_months(await asyncio.to_thread(reading.months_by_columns))
        return await self._database.transaction(lambda connection: self._store_columns(connection, reading))

    def _store_columns(self, connection: "Connection", reading: Reading) -> Imported:
        tally = Tally(reading.path.name)
        _require_kind(connection, self._data_source)
        with reading.columns(tally) as (told, blocks):
            writer, at = CandleWriter(self._database), reading.ask.known_at
            done = writer.store_blocks_within(connection, blocks, told, at=at, data_source=self._data_source)
        if not reading.progress.facts:
            raise NotPlainError
        return Imported(reading.format.name, tally, reading.progress.facts, done.stored + done.revised, done.kept)

    def _store(self, connection: "Connection", reading: Reading) -> Imported:
        tally = Tally(reading.path.name, skip_bad=reading.skip_bad)
        _require_kind(connection, self._data_source)
        with reading.facts(tally) as found, read_ahead(found) as facts:
            stored, kept = self._stored(connection, reading.format, facts, reading.ask.known_at)
        if not tally.read:
            raise tally.refuse_all("holds no rows", code="empty")
        return Imported(reading.format.name, tally, reading.progress.facts, stored, kept)

    def _stored(self, connection: "Connection", chosen: Format, facts: Iterator[Any], at: datetime) -> tuple[int, int]:
        if chosen.kind == "candles":
            candles = CandleWriter(self._database)
            done = candles.store_within(connection, facts, at=at, data_source=self._data_source)
            return done.stored + done.revised, done.kept
        if chosen.kind == "points":
            points = cast("Iterator[PricePoint]", facts)
            return point_writing.store(connection, points, at=at, data_source=self._data_source), 0
        return self._stored_metrics(connection, facts, at), 0

    def _stored_metrics(self, connection: "Connection", metrics: Iterator[ChainMetric], at: datetime) -> int:
        first = next(metrics, None)
        if first is None:
            return 0
        # What was imported may be read, but nobody has refreshed it.
        stamp(connection, ON_CHAIN, at=_NEVER, sources=[first.source], data_source=self._data_source)
        return chain_writing.merge(connection, map(_metric_row, chain([first], metrics)))


def _require_kind(connection: "Connection", data_source: DataSource) -> None:
    """Refuse to put real history beside a made-up market, or the other way round.

    Raises:
        SettingsError: anything in the database is of another kind.
    """
    from sqlalchemy import text

    other = connection.execute(text(_OTHER_KIND), {"data_source": data_source}).scalar()
    if other is not None:
        raise SettingsError("DATA_SOURCE", f"this database holds {other} data, not {data_source}")


def _chosen(path: Path, name: str | None) -> Format:
    if name is None:
        return detected(head_of(path), path.name)
    if name not in FORMATS:
        raise InvalidParameterError("format", f"is none of {', '.join(FORMATS)}", name)
    return FORMATS[name]
