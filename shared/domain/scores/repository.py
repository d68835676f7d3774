"""Stored scores, read in one statement each."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.errors import NoDataError
from shared.db.engine import Database
from shared.domain.cursors import from_microseconds
from shared.domain.datasets.stamps import Stamp, read_stamp

from . import statements

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement


@dataclass(frozen=True, slots=True)
class Ranked:
    """A page of a ranking, as JSON."""

    text: str
    total: int
    at: datetime | None
    """The end of the last day that counts; `None` when there is no such ranking."""
    ranked_at: datetime | None
    excluded: int
    unscored: int
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class OfToken:
    """Members of a JSON object."""

    token: str | None
    """`None` for an unknown token."""
    scores: str | None
    """`None` for one that was not there when the last run was made."""
    at: datetime | None
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Series:
    """A part of one token's history."""

    known: bool
    """Whether there is such a token."""
    text: str
    last_at: datetime | None
    next_at: datetime | None
    """The first day that did not fit any more; `None` when there is none."""
    total: int
    stamp: Stamp


class ScoreRepository:
    """Reads by prepared statements. Every method raises `NoDataError` when nothing was ever scored, and
    `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def leaderboard(self, *, limit: int, offset: int, snapshot: datetime | None) -> Ranked:
        """Return a page of the newest ranking, or of that of a time; `ranked_at` is `None` when it is gone."""
        values: dict[str, object] = {"limit": limit, "offset": offset}
        if snapshot is not None:
            values["snapshot"] = snapshot
        named = snapshot is not None
        row = await self._one(("scores.board", named), lambda: statements.leaderboard(snapshot=named), values)
        text, total, ranked, at, excluded, unscored, *stamp = row
        return Ranked(
            text,
            total or 0,
            from_microseconds(at),
            from_microseconds(ranked),
            excluded or 0,
            unscored or 0,
            read_stamp(*stamp),
        )

    async def excluded(self, *, limit: int, offset: int) -> Ranked:
        """Return a page of the tokens that are excluded by rule."""
        row = await self._one("scores.excluded", statements.excluded, {"limit": limit, "offset": offset})
        text, total, at, *stamp = row
        return Ranked(text, total, from_microseconds(at), None, total, 0, read_stamp(*stamp))

    async def token(self, token_id: str) -> OfToken:
        """Return one token's scores."""
        token, scores, at, *stamp = await self._one("scores.token", statements.of_token, {"token_id": token_id})
        return OfToken(token, scores, from_microseconds(at), read_stamp(*stamp))

    async def history(
        self, token_id: str, *, first: datetime, start: datetime, end: datetime, as_of: datetime, size: int
    ) -> Series:
        """Return up to `size` days from `start` to before `end`; the total counts from `first`."""
        values = {"token_id": token_id, "first": first, "start": start, "end": end, "as_of": as_of, "size": size}
        row = await self._one("scores.history", statements.history, values)
        known, text, last_at, next_at, total, *stamp = row
        return Series(
            known,
            text,
            from_microseconds(last_at),
            from_microseconds(next_at),
            total,
            read_stamp(*stamp),
        )

    async def _one(
        self, shape: Hashable, build: "Callable[[], ClauseElement]", values: Mapping[str, object]
    ) -> Sequence[Any]:
        rows = await self._database.fetch(shape, build, values)
        if not rows:
            raise NoDataError("No scores yet")
        return rows[0]
