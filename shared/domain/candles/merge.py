"""The merge that every way of storing candles ends in: judge what is staged, then revise, add and change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.records.candles import INTERVALS

from . import merging

if TYPE_CHECKING:
    from sqlalchemy import Connection

TABLE_OF = {
    interval: "candles" if length >= timedelta(days=1) else "intraday_candles" for interval, length in INTERVALS.items()
}


@dataclass(frozen=True, slots=True)
class CandlesStored:
    """What became of candles."""

    stored: int = 0
    """New ones, and open ones renewed."""
    revised: int = 0
    """Closed ones that a source now says otherwise; what they were is kept in `candle_revisions`."""
    unchanged: int = 0
    kept: int = 0
    """Not stored, because what is stored is closed, known later, or of a source that is preferred."""

    def __add__(self, other: "CandlesStored") -> "CandlesStored":
        """Return both together."""
        return CandlesStored(
            self.stored + other.stored,
            self.revised + other.revised,
            self.unchanged + other.unchanged,
            self.kept + other.kept,
        )


def merge_staged(connection: "Connection", table: str, *, at: datetime, once: bool = False) -> CandlesStored:
    """Merge `staged_candles` into a table, drop it, and return what became of its rows.

    Args:
        connection: In a transaction that holds `merging.ONE_AT_A_TIME`.
        table: One of `TABLE_OF`.
        at: When their series were refreshed.
        once: Whether no candle is staged twice: then there is nothing to sort, and nothing to judge of series that are new.
    """
    [[first, last, count]] = rows_of(connection, merging.BOUNDS)
    if not count:
        run(connection, merging.DROP)
        return CandlesStored()
    run(connection, merging.MEASURE)
    if once and rows_of(connection, merging.IS_NEW.format(table=table))[0][0]:
        run(connection, merging.ADD_ALL.format(table=table))
        found = CandlesStored(stored=int(count))
    else:
        staged = "staged_candles" if once else merging.ONE_OF_EACH
        found = _judged(connection, table, staged, first=first, last=last)
    run(connection, merging.REFRESHED, at=at)
    run(connection, merging.DROP)
    return found


def _judged(connection: "Connection", table: str, staged: str, **bounds: datetime) -> CandlesStored:
    run(connection, merging.JUDGE.format(table=table, staged=staged), **bounds)
    found = _verdicts(connection)
    if found.revised:
        run(connection, merging.REVISE.format(table=table), **bounds)
    run(connection, merging.ADD.format(table=table))
    run(connection, merging.CHANGE.format(table=table), **bounds)
    return found


def run(connection: "Connection", statement: str, **parameters: Any) -> None:
    """Run a statement of `merging`."""
    from sqlalchemy import text

    connection.execute(text(statement), parameters)


def rows_of(connection: "Connection", statement: str, **parameters: Any) -> Sequence[Any]:
    """Return the rows of a statement of `merging`."""
    from sqlalchemy import text

    return connection.execute(text(statement), parameters).all()


def _verdicts(connection: "Connection") -> CandlesStored:
    counts = {str(verdict): int(count) for verdict, count in rows_of(connection, merging.VERDICTS)}
    return CandlesStored(
        stored=counts.get("new", 0) + counts.get("renewed", 0),
        revised=counts.get("revised", 0),
        unchanged=counts.get("unchanged", 0),
        kept=counts.get("kept", 0),
    )
