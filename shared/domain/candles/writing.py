"""Storing candles: COPY into staging, merge, the same again changes nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import MISSING, copy_lines
from shared.db.engine import Database
from shared.db.statements import array_of
from shared.domain.datasets.stamping import stamp
from shared.domain.market.identity import ProviderName
from shared.records.candles import CandleRecord, Interval

from . import merging
from .blocks import Block, Told, store_blocks
from .merge import TABLE_OF, CandlesStored, merge_staged, run
from .numbering import Numbers

if TYPE_CHECKING:
    from sqlalchemy import Connection

DATASET = "refresh_candles"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
BATCH = 50_000
"""Candles of one transaction: about a second, during which another writer waits."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch `[begins_at, ends_at)` in which no source has a candle."""

    token_id: str
    interval: Interval
    begins_at: datetime
    ends_at: datetime


class CandleWriter:
    """The tables of candles, for refreshers and importers, over a writing `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers = Numbers()

    async def store(
        self, records: Iterable[CandleRecord], *, at: datetime, data_source: DataSource, stamped: bool = True
    ) -> CandlesStored:
        """Store candles that `checking.check` let through, and return what became of them.

        Args:
            records: Consumed once, a batch at a time; each batch is a transaction of its own.
            at: When the refresh or import began.
            data_source: Which kind of data it is: kinds never mix.
            stamped: Whether this is a refresh of the whole, from which readers tell how late the data are; an import is not.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer; the batches before stay.
            SettingsError: the database holds another kind of data.
        """
        total, left = CandlesStored(), iter(records)
        while batch := list(islice(left, BATCH)):
            total += await self._store(batch, at=at, data_source=data_source, stamped=stamped)
        return total

    def store_within(
        self, connection: "Connection", records: Iterable[CandleRecord], *, at: datetime, data_source: DataSource
    ) -> CandlesStored:
        """Store an import within the caller's transaction; after a rollback the writer must not be used again.

        The months of candles shorter than a day should be there: see `make_months`. Raises what `store` raises.
        """
        total, left = CandlesStored(), iter(records)
        while batch := list(islice(left, BATCH)):
            total += self._merge(connection, batch, at=at, data_source=data_source, stamped=False)
        return total

    def store_blocks_within(
        self, connection: "Connection", blocks: Iterable[Block], told: Told, *, at: datetime, data_source: DataSource
    ) -> CandlesStored:
        """Store an import that comes by columns within the caller's transaction; otherwise as `store_within`."""
        stamp(connection, DATASET, at=_NEVER, sources=[told.provider], data_source=data_source)
        run(connection, merging.ONE_AT_A_TIME)
        return store_blocks(connection, blocks, told, self._numbers, at=at)

    async def make_months(self, times: Iterable[datetime]) -> None:
        """Make the partitions that candles shorter than a day belong to, by itself: attaching one locks the default one.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        months = sorted({_month(time).isoformat() for time in times})
        await self._database.transaction(lambda connection: run(connection, merging.MONTHS, months=months))

    async def stamp(self, sources: Iterable[str], *, at: datetime, data_source: DataSource) -> None:
        """Say that everything was refreshed although there was nothing to store.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
            SettingsError: the database holds another kind of data.
        """
        named = sorted(sources)
        await self._database.transaction(
            lambda connection: stamp(connection, DATASET, at=at, sources=named, data_source=data_source)
        )

    async def note(
        self, *, holes: Sequence[Hole] = (), answered: Iterable[tuple[str, Interval]] = (), at: datetime
    ) -> None:
        """Remember where sources have nothing, and which series they answered for, so that they are not asked again at once.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        asked = sorted(set(answered))
        if not holes and not asked:
            return
        series = [(hole.token_id, hole.interval) for hole in holes]

        def work(connection: "Connection") -> None:
            self._numbers.identify(connection, [*series, *asked], at)
            run(connection, merging.ANSWERED, series_ids=[self._numbers.series[each] for each in asked], at=at)
            run(
                connection,
                merging.HOLES,
                series_ids=[self._numbers.series[each] for each in series],
                begins=[hole.begins_at.isoformat() for hole in holes],
                ends=[hole.ends_at.isoformat() for hole in holes],
                at=at,
            )

        try:
            await self._database.transaction(work)
        except BaseException:
            self._numbers.forget()
            raise

    async def learn(self, names: Sequence[ProviderName], *, at: datetime) -> None:
        """Remember which market is which token's.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        if names:
            values = {
                "providers": array_of([each.provider for each in names]),
                "names": array_of([each.provider_id for each in names]),
                "token_ids": array_of([each.token_id for each in names]),
                "at": at,
            }
            await self._database.transaction(lambda connection: run(connection, merging.LEARN, **values))

    async def _store(
        self, batch: Sequence[CandleRecord], *, at: datetime, data_source: DataSource, stamped: bool
    ) -> CandlesStored:
        months = sorted({_month(each.opened_at) for each in batch if TABLE_OF[each.interval] == "intraday_candles"})
        if months:
            # By itself: attaching a partition locks the default one until the transaction ends.
            await self._database.transaction(
                lambda connection: run(connection, merging.MONTHS, months=[month.isoformat() for month in months])
            )
        try:
            return await self._database.transaction(
                lambda connection: self._merge(connection, batch, at=at, data_source=data_source, stamped=stamped)
            )
        except BaseException:
            self._numbers.forget()
            raise

    def _merge(
        self,
        connection: "Connection",
        batch: Sequence[CandleRecord],
        *,
        at: datetime,
        data_source: DataSource,
        stamped: bool,
    ) -> CandlesStored:
        # Imported candles may be read, but nobody has refreshed them.
        sources = sorted({each.provider for each in batch})
        stamp(connection, DATASET, at=at if stamped else _NEVER, sources=sources, data_source=data_source)
        run(connection, merging.ONE_AT_A_TIME)
        self._numbers.identify(connection, [(each.token_id, each.interval) for each in batch], at)
        self._numbers.name(connection, {(each.provider, each.quote_currency) for each in batch})
        total = CandlesStored()
        for table in sorted(set(TABLE_OF.values())):
            part = [each for each in batch if TABLE_OF[each.interval] == table]
            total += self._merge_into(connection, table, part, at)
        return total

    def _merge_into(
        self, connection: "Connection", table: str, records: Sequence[CandleRecord], at: datetime
    ) -> CandlesStored:
        if not records:
            return CandlesStored()
        run(connection, merging.STAGE)
        copy_lines(connection, "staged_candles", merging.COLUMNS, self._lines(records))
        return merge_staged(connection, table, at=at)

    def _lines(self, records: Iterable[CandleRecord]) -> Iterator[str]:
        # One text for each candle and no more: field by field, making the lines took as long as storing them.
        # Candles of many tokens opened at the same times, and most became known together.
        times: dict[datetime, str] = {}
        series_ids, source_ids = self._numbers.series, self._numbers.sources
        for each in records:
            for time in (each.opened_at, each.known_at):
                if time not in times:
                    times[time] = str(time)
            series_id = series_ids[each.token_id, each.interval]
            source_id = source_ids[each.provider, each.quote_currency]
            volume = MISSING if each.volume is None else each.volume
            turnover = MISSING if each.turnover is None else each.turnover
            yield (
                f"{series_id}\t{source_id}\t{each.closed}\t{times[each.opened_at]}\t{times[each.known_at]}\t"
                f"{each.open}\t{each.high}\t{each.low}\t{each.close}\t{volume}\t{turnover}"
            )


def _month(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
