"""What is stored already, asked before a provider is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.errors import NoDataError
from shared.db.engine import Database
from shared.records.candles import INTERVALS, Interval

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

_DAY = timedelta(days=1)


class StoredHistory:
    """Reads by prepared statements; every method raises `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def largest(self, count: int) -> tuple[str, ...]:
        """Return the ids of the largest tokens, the largest first.

        Raises:
            NoDataError: no refresh ever told which there are.
        """
        rows = await self._database.fetch("history.largest", _largest, {"count": count})
        if not rows:
            raise NoDataError("Nobody knows yet which tokens are the largest: refresh_market has to run first")
        return tuple(str(row[0]) for row in rows)

    async def names(self, token_ids: Sequence[str]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """Return what each provider calls each token, as far as it was learnt: some have several names for one."""
        found: defaultdict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
        for token_id, provider, name in await self._database.fetch(
            "history.names", _names, {"token_ids": list(token_ids)}
        ):
            found[str(token_id)][str(provider)] = (*found[str(token_id)].get(str(provider), ()), str(name))
        return found

    async def is_complete(self, token_id: str, interval: Interval, start: datetime, end: datetime) -> bool:
        """Return whether every candle that opened from `start` to before `end` is there, and closed."""
        length = INTERVALS[interval]
        long = length >= _DAY
        values = {"token_id": token_id, "interval_s": round(length.total_seconds()), "start": start, "end": end}
        rows = await self._database.fetch(("history.count", long), lambda: _count(long), values)
        return int(str(rows[0][0])) >= -((start - end) // length)


def _largest() -> "ClauseElement":
    from . import stored_statements

    return stored_statements.largest()


def _names() -> "ClauseElement":
    from . import stored_statements

    return stored_statements.names()


def _count(long: bool) -> "ClauseElement":
    from . import stored_statements

    return stored_statements.count(long=long)
