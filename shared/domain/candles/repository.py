"""Stored candles, read in one prepared statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.core.errors import NoDataError
from shared.db.engine import Database

from . import statements
from .statements import Shape

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a series is read."""

    name: str
    interval: timedelta
    first: datetime | None
    """Where the whole range begins; its candles are counted from there."""
    start: datetime | None
    """`None` for the newest `places` up to the newest candle."""
    end: datetime
    size: int
    places: int
    then: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a series and what is to be told about it."""

    matches: int
    """How many tokens have the name."""
    token_id: str | None
    candidates: Sequence[dict[str, Any]]
    known: bool
    """Whether the token has such a series at all."""
    series_refreshed_at: datetime | None
    text: str
    last_at: datetime | None
    """When the last candle of the page opened."""
    next_at: datetime | None
    """When the first candle opened that did not fit any more."""
    as_of: datetime | None
    """The end of the newest candle, or when an open one was told."""
    is_closed: bool | None
    """Of the last candle."""
    sources: tuple[str, ...]
    currencies: tuple[str, ...]
    gaps: tuple[tuple[datetime, datetime], ...]
    gap_count: int
    before_at: datetime | None
    """When the last candle before the page opened."""
    filled: int
    total: int | None
    refreshed_at: datetime
    data_source: str
    started_at: datetime
    """Where the page begins."""


class CandleRepository:
    """Reads over a `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, shape: Shape, asked: Asked) -> Found:
        """Return candles that opened from `asked.start` to before `asked.end`, up to `asked.size`.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
            NoDataError: no candle was ever stored.
        """
        values: dict[str, object] = {
            "name": asked.name,
            "interval_s": round(asked.interval.total_seconds()),
            "until": asked.end,
            "size": asked.size,
        }
        if shape.newest:
            values["places"] = asked.places
        else:
            values["start"] = asked.start
            if shape.counted:
                values["first"] = asked.first
        if shape.then:
            values["then"] = asked.then
        rows = await self._database.fetch(("candles.page", shape), lambda: statements.page(shape), values)
        if not rows:
            raise NoDataError("No candles yet")
        return _found(rows[0])


def _found(row: Sequence[Any]) -> Found:
    (matches, token_id, candidates, known, series_us, text, last, following, as_of, closed) = row[:10]
    (sources, gaps, gap_count, before, filled, total, refreshed, data_source, started) = row[10:]
    named = [source.split(" ") for source in sources.split(",")] if sources else []
    return Found(
        matches=matches,
        token_id=token_id,
        candidates=json.loads(candidates) if candidates else (),
        known=known,
        series_refreshed_at=_time(series_us),
        text=text,
        last_at=_time(last),
        next_at=_time(following),
        as_of=_time(as_of),
        is_closed=closed,
        sources=tuple(dict.fromkeys(provider for provider, _ in named)),
        currencies=tuple(dict.fromkeys(currency for _, currency in named)),
        gaps=tuple(_gap(each) for each in gaps.split(";")) if gaps else (),
        gap_count=gap_count,
        before_at=_time(before),
        filled=filled,
        total=total,
        refreshed_at=_EPOCH + refreshed * _MICROSECOND,
        data_source=data_source,
        started_at=_EPOCH + started * _MICROSECOND,
    )


def _gap(written: str) -> tuple[datetime, datetime]:
    begins, _, ends = written.partition(",")
    return _EPOCH + int(begins) * _MICROSECOND, _EPOCH + int(ends) * _MICROSECOND


def _time(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + microseconds * _MICROSECOND
