"""Answers about sentiment: now, then, and of one token."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError, NotFoundError
from shared.domain.cursors import cursor_at, milliseconds, moment_of_cursor
from shared.domain.datasets.stamps import Stamp
from shared.records.answer import Answer, JsonScalar
from shared.records.refresh import is_late
from shared.records.sentiment import IndexName, mood_of

from .composing import OF_A_TOKEN, Composite, composed
from .measures import token_scores
from .repository import SentimentRepository, Series, TokenFacts
from .statements import DATASET, Form

QUOTED_FOR = timedelta(hours=36)
"""Alternative.me names a value after the day at whose beginning it appears: half a day after its end it no longer stands for now."""
DEFAULT_SPAN = timedelta(days=90)
PAGE = 1_000
EXPORT_PAGE = 5_000
CSV_HEADER = "time,value,class\n"
PRICED_WITHIN = timedelta(hours=1)
"""A token's sentiment is made of quotes; older ones say nothing of how it is now."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which values of which index: those of `start` to before `end`, as they were known at `as_of`."""

    index: IndexName
    start: datetime
    end: datetime
    as_of: datetime


class SentimentService:
    """Answers with stored sentiment. Every method raises what `SentimentRepository` raises."""

    def __init__(self, repository: SentimentRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def current(self) -> Answer:
        """Return the newest value of each index, the primary first."""
        now = self._clock.now()
        found = await self._repository.current(now=now, primary_since=now - QUOTED_FOR)
        return self._answer(found.text, found.primary_at, found.stamp, {"total": found.text.count('"primary":')})

    def wanted(self, index: IndexName, start: datetime | None, end: datetime | None, as_of: datetime | None) -> Wanted:
        """Return what is asked for, open ends filled in.

        Raises:
            InvalidParameterError: the range is empty, or `as_of` is yet to come.
        """
        now = self._clock.now()
        if as_of is not None and as_of > now:
            raise InvalidParameterError("as_of", "is yet to come", as_of.isoformat())
        end = end or now
        start = start or end - DEFAULT_SPAN
        if start >= end:
            raise InvalidParameterError("from", "has to be before 'to', which is now by default", start.isoformat())
        return Wanted(index, start, end, as_of or now)

    async def history(self, wanted: Wanted, *, cursor: str | None = None) -> Answer:
        """Return values [time in ms, value, class], oldest first, from the cursor on.

        Raises:
            InvalidParameterError: the cursor is not one of ours, or of another range.
        """
        start = wanted.start if cursor is None else moment_of_cursor(cursor)
        if not wanted.start <= start < wanted.end:
            raise InvalidParameterError("cursor", "belongs to another range", cursor)
        found = await self._page("json", wanted, start, PAGE)
        meta: dict[str, JsonScalar] = {"total": found.total, "index": wanted.index}
        if found.next_at is not None:
            meta |= _following(wanted, cursor_at(found.next_at))
        reaches_now = wanted.end >= self._clock.now() - timedelta(days=1)
        return Answer(
            data=found.text,
            as_of=found.last_at,
            source=found.stamp.data_source,
            sources=(wanted.index,),
            stale=reaches_now and self._is_late(found.stamp),
            meta=meta,
        )

    async def export(self, wanted: Wanted, form: Form) -> AsyncIterator[str]:
        """Return the whole range as text, a page at a time; what can go wrong at first goes wrong before it."""
        return self._pages(form, wanted, await self._page(form, wanted, wanted.start, EXPORT_PAGE))

    async def token(self, token_id: str) -> Answer:
        """Return one token's sentiment and its components.

        Raises:
            NotFoundError: there is no such token.
        """
        now = self._clock.now()
        found = await self._repository.token(token_id.replace("\x00", "\ufffd"), now=now)
        if found is None:
            raise NotFoundError("token", token_id)
        priced_at = found.measures.priced_at
        present = priced_at is not None and now - priced_at <= PRICED_WITHIN
        scores = token_scores(found.measures, found.mood)
        made = composed(scores, of=OF_A_TOKEN) if present else None
        return self._answer(_token_text(token_id, found, made), priced_at, found.stamp, {})

    async def _pages(self, form: Form, wanted: Wanted, found: Series) -> AsyncIterator[str]:
        yield (CSV_HEADER if form == "csv" else "") + found.text
        while found.next_at is not None:
            found = await self._page(form, wanted, found.next_at, EXPORT_PAGE)
            yield found.text

    async def _page(self, form: Form, wanted: Wanted, start: datetime, size: int) -> Series:
        return await self._repository.history(
            form, wanted.index, first=wanted.start, start=start, end=wanted.end, as_of=wanted.as_of, size=size
        )

    def _answer(self, text: str, as_of: datetime | None, stamp: Stamp, meta: dict[str, JsonScalar]) -> Answer:
        return Answer(
            data=text,
            as_of=as_of,
            source=stamp.data_source,
            sources=stamp.sources,
            stale=self._is_late(stamp),
            meta=meta,
        )

    def _is_late(self, stamp: Stamp) -> bool:
        return is_late(DATASET, stamp.refreshed_at, now=self._clock.now())


def _following(wanted: Wanted, cursor: str) -> dict[str, JsonScalar]:
    # The moment of knowledge is fixed, so that all pages are of one history.
    within = f"from={milliseconds(wanted.start)}&to={milliseconds(wanted.end)}&as_of={milliseconds(wanted.as_of)}"
    return {"cursor": cursor, "next": f"?index={wanted.index}&{within}&cursor={cursor}"}


def _token_text(token_id: str, found: TokenFacts, made: Composite | None) -> str:
    components = {} if made is None else made.components
    return json.dumps(
        {
            "id": token_id,
            "symbol": found.symbol,
            "name": found.name,
            "value": None if made is None else float(made.value),
            "class": None if made is None else mood_of(made.value),
            "coverage": None if made is None else float(made.coverage),
            "components": [
                {"name": name, "value": float(each.value), "weight": float(each.weight)}
                if (each := components.get(name))
                else {"name": name, "value": None, "weight": 0}
                for name in OF_A_TOKEN
            ],
            "news_articles": found.mood.articles if found.mood else None,
            "priced_at": None if found.measures.priced_at is None else _iso(found.measures.priced_at),
        },
        separators=(",", ":"),
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
