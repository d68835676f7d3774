"""Answers about scores: the leaderboard, who is excluded, one token, its history, and how scores are made."""

import json
from datetime import datetime, timedelta

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError, NotFoundError
from shared.core.settings import DataSource
from shared.domain.cursors import cursor_at, milliseconds, moment_of_cursor
from shared.domain.datasets.stamps import Stamp
from shared.domain.market.service import storable
from shared.domain.snapshots import snapshot_name, snapshot_time
from shared.records.answer import Answer, JsonScalar
from shared.records.refresh import is_late

from .methodology import published
from .repository import ScoreRepository
from .statements import DATASET

DEFAULT_SPAN = timedelta(days=90)
PAGE = 1_000
_UNSCORED = json.dumps(
    {
        "kind": None,
        "excluded": False,
        "crypto_score": None,
        "place": None,
        "reason": "not_scored_yet",
        "why": "It was not there when scores were last made.",
        "history_days": None,
        "at": None,
        "scores": [],
    },
    separators=(",", ":"),
)[1:-1]


class ScoreService:
    """Answers with stored scores. Every method but `methodology` raises what `ScoreRepository` raises."""

    def __init__(self, repository: ScoreRepository, clock: Clock, data_source: DataSource) -> None:
        self._repository = repository
        self._clock = clock
        self._data_source = data_source

    async def leaderboard(self, *, limit: int, offset: int, snapshot: str | None) -> Answer:
        """Return the tokens by CryptoScore, best first; with `snapshot` in the order of that ranking.

        Raises:
            NotFoundError: there is no such ranking any more.
        """
        asked = None if snapshot is None else snapshot_time(snapshot)
        found = await self._repository.leaderboard(limit=limit, offset=offset, snapshot=asked)
        if snapshot is not None and found.ranked_at is None:
            raise NotFoundError("snapshot", snapshot)
        name = snapshot_name(found.ranked_at)
        meta: dict[str, JsonScalar] = {
            "total": found.total,
            "snapshot": name,
            "excluded": found.excluded,
            "unscored": found.unscored,
        }
        if offset + limit < found.total:
            meta["next"] = f"?limit={limit}&offset={offset + limit}&snapshot={name}"
        return self._answer(found.text, found.at, found.stamp, meta)

    async def excluded(self, *, limit: int, offset: int) -> Answer:
        """Return the tokens that have no score by rule, largest first."""
        found = await self._repository.excluded(limit=limit, offset=offset)
        meta: dict[str, JsonScalar] = {"total": found.total}
        if offset + limit < found.total:
            meta["next"] = f"?limit={limit}&offset={offset + limit}"
        return self._answer(found.text, found.at, found.stamp, meta)

    async def token(self, token_id: str) -> Answer:
        """Return one token's scores and what they are made of.

        Raises:
            NotFoundError: there is no such token.
        """
        found = await self._repository.token(storable(token_id))
        if found.token is None:
            raise NotFoundError("token", token_id)
        text = f"{{{found.token},{found.scores or _UNSCORED}}}"
        return self._answer(text, found.at, found.stamp, {})

    async def history(
        self,
        token_id: str,
        start: datetime | None,
        end: datetime | None,
        *,
        as_of: datetime | None,
        cursor: str | None,
    ) -> Answer:
        """Return days [time in ms, CryptoScore, durability, momentum, valuation], oldest first, from the cursor on.

        Raises:
            InvalidParameterError: the range is empty, `as_of` is yet to come, or the cursor is not one of ours.
            NotFoundError: there is no such token.
        """
        now = self._clock.now()
        first, last = _range(start, end, as_of, now)
        begin = first if cursor is None else moment_of_cursor(cursor)
        if not first <= begin < last:
            raise InvalidParameterError("cursor", "belongs to another range", cursor)
        known = as_of or now
        found = await self._repository.history(
            storable(token_id), first=first, start=begin, end=last, as_of=known, size=PAGE
        )
        if not found.known:
            raise NotFoundError("token", token_id)
        meta: dict[str, JsonScalar] = {"total": found.total}
        if found.next_at is not None:
            # The moment of knowledge is fixed, so that all pages are of one history.
            within = f"from={milliseconds(first)}&to={milliseconds(last)}&as_of={milliseconds(known)}"
            following = cursor_at(found.next_at)
            meta |= {"cursor": following, "next": f"?{within}&cursor={following}"}
        return self._answer(found.text, found.last_at, found.stamp, meta)

    def methodology(self) -> Answer:
        """Return how scores are made."""
        return Answer(
            data=json.dumps(published(), separators=(",", ":"), ensure_ascii=False),
            as_of=None,
            source=self._data_source,
            sources=("cryptoprism",),
        )

    def _answer(self, text: str, as_of: datetime | None, stamp: Stamp, meta: dict[str, JsonScalar]) -> Answer:
        return Answer(
            data=text,
            as_of=as_of,
            source=stamp.data_source,
            sources=stamp.sources,
            stale=is_late(DATASET, stamp.refreshed_at, now=self._clock.now()),
            meta=meta,
        )


def _range(
    start: datetime | None, end: datetime | None, as_of: datetime | None, now: datetime
) -> tuple[datetime, datetime]:
    if as_of is not None and as_of > now:
        raise InvalidParameterError("as_of", "is yet to come", as_of.isoformat())
    # The newest day ends at the last midnight, which a range up to now includes.
    last = end or now
    first = start or last - DEFAULT_SPAN
    if first >= last:
        raise InvalidParameterError("from", "has to be before 'to', which is now by default", first.isoformat())
    return first, last
