"""Candles that come by columns, already in the form in which PostgreSQL reads them: no object is made of any row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

from shared.db.copying import copy_csv
from shared.records.candles import Interval
from shared.records.market import QuoteCurrency

from . import merging
from .merge import TABLE_OF, CandlesStored, merge_staged, run
from .numbering import Numbers

if TYPE_CHECKING:
    from sqlalchemy import Connection


BLOCKS = 30
"""Merged at a time: a million candles, as no statement may take for ever."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is the same of all candles of an import."""

    interval: Interval
    provider: str
    quote_currency: QuoteCurrency
    known_at: datetime


class Block(Protocol):
    """Some thousand closed candles that `checking.wrong_with` would let through; no two blocks tell the same one."""

    @property
    def token_ids(self) -> Iterable[str]:
        """Return whose candles they are."""
        ...

    def written(self, series_ids: Mapping[str, int]) -> bytes:
        """Return lines of CSV with `merging.TOLD`; a missing value is empty."""
        ...


def store_blocks(
    connection: "Connection", blocks: Iterable[Block], told: Told, numbers: Numbers, *, at: datetime
) -> CandlesStored:
    """Stage and merge blocks, and return what became of their candles.

    Args:
        connection: In a transaction that holds `merging.ONE_AT_A_TIME`.
        blocks: Consumed once.
        told: What they do not say themselves.
        numbers: Learns those of new series; what comes after a rollback is `Numbers`' matter.
        at: When the import began.
    """
    numbers.name(connection, [(told.provider, told.quote_currency)])
    source_id = numbers.sources[told.provider, told.quote_currency]
    total, left = CandlesStored(), iter(blocks)
    while first := next(left, None):
        run(connection, merging.STAGE)
        run(connection, merging.TELL.format(source_id=source_id, known_at=told.known_at.isoformat()))
        for block in chain([first], islice(left, BLOCKS - 1)):
            numbers.identify(connection, [(token_id, told.interval) for token_id in block.token_ids], at)
            series_ids = {token_id: numbers.series[token_id, told.interval] for token_id in block.token_ids}
            copy_csv(connection, "staged_candles", merging.TOLD, [block.written(series_ids)])
        total += merge_staged(connection, TABLE_OF[told.interval], at=at, once=True)
    return total
