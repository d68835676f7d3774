"""Stored signals, read in one statement each."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.errors import NoDataError
from shared.db.engine import Database
from shared.domain.cursors import from_microseconds
from shared.domain.datasets.stamps import Stamp, read_stamp

from . import statements
from .statements import Ranking

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement


@dataclass(frozen=True, slots=True)
class Ranked:
    """The first tokens of a ranking as a JSON list."""

    text: str
    total: int
    stamp: Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFound:
    """What is stored of one token; without data points all but its names is `None`."""

    symbol: str
    name: str
    computed_at: datetime | None
    day: datetime | None
    version: str | None
    digest: str | None
    values: tuple[float | None, ...]
    contributions: tuple[float | None, ...]
    verdict: str | None
    last_signal: str | None
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Days:
    """A part of one token's history as the members of a JSON list."""

    text: str
    next_at: datetime | None
    total: int
    known: bool
    """Whether there is such a token."""
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class RecordFound:
    """The record and a page of the log as the members of a JSON list, newest first."""

    record: str | None
    made_at: datetime | None
    text: str
    following: int | None
    """The page's oldest position, when there are older ones."""
    total: int
    stamp: Stamp


class SignalRepository:
    """Reads by prepared statements. Every method raises `NoDataError` when no refresh ever stored anything, and
    `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ranking(self, which: Ranking, *, size: int, least: int = 0) -> Ranked:
        """Return the first tokens of a ranking; of the consensus those with `least` categories that agree."""
        values = {"size": size, "least": least}
        text, total, *stamp = await self._one(("signals", which), lambda: statements.ranking(which), values)
        return Ranked(text, total, read_stamp(*stamp))

    async def token(self, token_id: str) -> TokenFound | None:
        """Return what is stored of one token, `None` for an unknown one."""
        row = await self._one("signals.token", statements.token, {"token_id": token_id})
        symbol, name, computed, day, version, digest, values, parts, verdict, last, *stamp = row
        if symbol is None:
            return None
        return TokenFound(
            symbol=symbol,
            name=name,
            computed_at=from_microseconds(computed),
            day=from_microseconds(day),
            version=version,
            digest=digest,
            values=_numbers(values),
            contributions=_numbers(parts),
            verdict=verdict,
            last_signal=last,
            stamp=read_stamp(*stamp),
        )

    async def history(self, token_id: str, *, first: datetime, start: datetime, until: datetime, size: int) -> Days:
        """Return up to `size` days from `start` to before `until`; the total counts from `first`."""
        values = {"token_id": token_id, "first": first, "start": start, "until": until, "size": size}
        text, next_at, total, known, *stamp = await self._one("signals.history", statements.history, values)
        return Days(text, from_microseconds(next_at), total, known, read_stamp(*stamp))

    async def record(self, *, before: int, size: int) -> RecordFound:
        """Return the record and up to `size` entries of the log below a position."""
        row = await self._one("signals.record", statements.record, {"before": before, "size": size})
        record, made_at, text, following, total, *stamp = row
        return RecordFound(record, from_microseconds(made_at), text, following, total, read_stamp(*stamp))

    async def _one(
        self, shape: Hashable, build: "Callable[[], ClauseElement]", values: Mapping[str, object]
    ) -> Sequence[Any]:
        rows = await self._database.fetch(shape, build, values)
        if not rows:
            raise NoDataError("No signals yet")
        return rows[0]


def _numbers(array: str | None) -> tuple[float | None, ...]:
    """Return the members of an array as PostgreSQL writes it."""
    if array is None:
        return ()
    return tuple(None if each == "NULL" else float(each) for each in array[1:-1].split(","))
