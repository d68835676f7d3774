"""Stored sentiment, read in one statement each."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.errors import NoDataError
from shared.db.engine import Database
from shared.domain.cursors import from_microseconds
from shared.domain.datasets.stamps import Stamp, read_stamp
from shared.records.sentiment import IndexName, NewsMood

from . import statements
from .measures import TokenMeasures
from .statements import Form

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement


@dataclass(frozen=True, slots=True)
class Current:
    """The newest value of each index as a JSON list, the primary first."""

    text: str
    primary_at: datetime
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Series:
    """A part of one index's history."""

    text: str
    last_at: datetime | None
    next_at: datetime | None
    """The first value that did not fit any more; `None` when there is none."""
    total: int | None
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What is stored of one token."""

    symbol: str
    name: str
    measures: TokenMeasures
    mood: NewsMood | None
    stamp: Stamp


class SentimentRepository:
    """Reads by prepared statements. Every method raises `NoDataError` when no refresh ever stored anything, and
    `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, *, now: datetime, primary_since: datetime) -> Current:
        """Return the newest values; Alternative.me's is the primary when its day began after `primary_since`."""
        values = {"now": now, "primary_since": primary_since}
        text, primary_at, *stamp = await self._one("sentiment.current", statements.current, values)
        at = from_microseconds(primary_at)
        if text is None or at is None:
            raise NoDataError("No sentiment yet")
        return Current(f"[{text}]", at, read_stamp(*stamp))

    async def history(
        self,
        form: Form,
        index: IndexName,
        *,
        first: datetime,
        start: datetime,
        end: datetime,
        as_of: datetime,
        size: int,
    ) -> Series:
        """Return up to `size` values from `start` to before `end`; the total counts from `first`."""
        values = {"index": index, "first": first, "start": start, "end": end, "as_of": as_of, "size": size}
        row = await self._one(("sentiment.history", form), lambda: statements.history(form), values)
        text, last_at, next_at, total, *stamp = row
        return Series(text, from_microseconds(last_at), from_microseconds(next_at), total, read_stamp(*stamp))

    async def token(self, token_id: str, *, now: datetime) -> TokenFacts | None:
        """Return what is stored of one token, `None` for an unknown one."""
        values = {"token_id": token_id, "now": now}
        row = await self._one("sentiment.token", statements.of_token, values)
        symbol, name, week, month, priced_at, closes, volumes, score, articles, *stamp = row
        if symbol is None:
            return None
        measures = TokenMeasures(
            closes=closes or (),
            volumes=volumes or (),
            change_7d_pct=week,
            change_30d_pct=month,
            priced_at=from_microseconds(priced_at),
        )
        mood = None if score is None else NewsMood(token_id=token_id, score=score, articles=articles)
        return TokenFacts(symbol, name, measures, mood, read_stamp(*stamp))

    async def _one(
        self, shape: Hashable, build: "Callable[[], ClauseElement]", values: Mapping[str, object]
    ) -> Sequence[Any]:
        rows = await self._database.fetch(shape, build, values)
        if not rows:
            raise NoDataError("No sentiment yet")
        return rows[0]
