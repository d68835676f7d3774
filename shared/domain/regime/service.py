"""Answers about the regime: now, before, and why."""

from datetime import datetime, timedelta

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError, NoDataError, NotFoundError
from shared.domain.cursors import cursor_at, milliseconds, moment_of_cursor
from shared.domain.datasets.stamps import Stamp
from shared.records.answer import Answer, JsonScalar
from shared.records.refresh import is_late

from .repository import RegimeRepository
from .statements import DATASET

DEFAULT_SPAN = timedelta(days=365)
PAGE = 1_000
_DAY = timedelta(days=1)
_LATE_AFTER = timedelta(days=2)
"""A day is judged within hours of its end; two days after it the newest judgement no longer stands for now."""


class RegimeService:
    """Answers with stored regimes. Every method raises what `RegimeRepository` raises."""

    def __init__(self, repository: RegimeRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def current(self) -> Answer:
        """Return the newest day's regime.

        Raises:
            NoDataError: no day was ever judged.
        """
        now = self._clock.now()
        found = await self._repository.newest(before=now, as_of=now)
        if found is None:
            raise NoDataError("No regime yet")
        stale = self._is_late(found.stamp) or now - found.ended_at > _LATE_AFTER
        return _answer(found.text, found.ended_at, found.stamp, stale=stale)

    async def explained(self, day: datetime | None, as_of: datetime | None) -> Answer:
        """Return one day's regime, the newest by default, as it was said by `as_of`.

        Raises:
            NotFoundError: that day has no judgement.
            InvalidParameterError: `as_of` is yet to come.
        """
        known = self._known_at(as_of)
        end = known if day is None else day.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
        found = await self._repository.newest(before=end, as_of=known)
        if found is None or (day is not None and found.ended_at != end):
            raise NotFoundError("day", f"{day or known:%Y-%m-%d}")
        return _answer(found.text, found.ended_at, found.stamp)

    async def history(
        self, start: datetime | None, end: datetime | None, as_of: datetime | None, cursor: str | None
    ) -> Answer:
        """Return days [ms, gauge, bull, neutral, bear], oldest first, from the cursor on.

        Raises:
            InvalidParameterError: the range is empty, the cursor is of another range, or `as_of` is yet to come.
        """
        now, known = self._clock.now(), self._known_at(as_of)
        end = end or now
        first = start or end - DEFAULT_SPAN
        if first >= end:
            raise InvalidParameterError("from", "has to be before 'to', which is now by default", first.isoformat())
        begin = first if cursor is None else moment_of_cursor(cursor)
        if not first <= begin < end:
            raise InvalidParameterError("cursor", "belongs to another range", cursor)
        found = await self._repository.history(first=first, start=begin, end=end, as_of=known, size=PAGE)
        meta: dict[str, JsonScalar] = {"total": found.total}
        if found.next_at is not None:
            following = cursor_at(found.next_at)
            within = f"from={milliseconds(first)}&to={milliseconds(end)}&as_of={milliseconds(known)}"
            meta |= {"cursor": following, "next": f"?{within}&cursor={following}"}
        as_of_told = None if found.last_at is None else found.last_at + _DAY
        stale = end >= now - _DAY and self._is_late(found.stamp)
        return _answer(found.text, as_of_told, found.stamp, stale=stale, meta=meta)

    def _known_at(self, as_of: datetime | None) -> datetime:
        now = self._clock.now()
        if as_of is not None and as_of > now:
            raise InvalidParameterError("as_of", "is yet to come", as_of.isoformat())
        return as_of or now

    def _is_late(self, stamp: Stamp) -> bool:
        return is_late(DATASET, stamp.refreshed_at, now=self._clock.now())


def _answer(
    text: str, as_of: datetime | None, stamp: Stamp, *, stale: bool = False, meta: dict[str, JsonScalar] | None = None
) -> Answer:
    return Answer(data=text, as_of=as_of, source=stamp.data_source, sources=stamp.sources, stale=stale, meta=meta or {})
