"""Answers about indices."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from shared.core.clock import Clock
from shared.core.errors import NoDataError, NotFoundError
from shared.domain.cursors import cursor_at, place_of_cursor
from shared.domain.datasets.stamps import Stamp
from shared.domain.market.service import storable
from shared.records.answer import Answer, JsonScalar
from shared.records.refresh import is_late

from .catalogue import DATASET, INDICES, Index
from .repository import FURTHEST, IndexRepository, Told
from .rules import SLIPPAGE_BEYOND_BP, SLIPPAGE_BP, Rules

CLOSED_WITHIN = timedelta(hours=36)
"""The newest close of an index that is kept is at most a day and a half old."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which entries of an index's log are asked for; `None` leaves nothing out."""

    token_id: str | None = None
    reason: str | None = None
    limit: int = 100
    cursor: str | None = None


class IndexService:
    """Answers with stored indices. Every method raises what `IndexRepository` raises."""

    def __init__(self, repository: IndexRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def listed(self) -> Answer:
        """Return a summary of each index, the index first, then its baselines."""
        found = await self._repository.listed()
        return self._answer(_present(found), found, {"total": found.total}, listed=True)

    async def index(self, index_id: str) -> Answer:
        """Return one index's summary and its rules.

        Raises:
            NotFoundError: there is no such index.
        """
        index = _known(index_id)
        found = await self._repository.summary(index.id)
        rules = json.dumps(rules_told(index.rules), separators=(",", ":"))
        return self._answer(f'{_present(found)[:-1]},"rules":{rules}}}', found)

    async def performance(self, index_id: str) -> Answer:
        """Return one index's report.

        Raises:
            NotFoundError: there is no such index.
        """
        found = await self._repository.report(_known(index_id).id)
        return self._answer(_present(found), found)

    async def holdings(self, index_id: str, at: datetime | None) -> Answer:
        """Return what an index held at its last close before `at`, which is now by default.

        Raises:
            NotFoundError: there is no such index, or it held nothing yet.
        """
        index = _known(index_id)
        day = (at or self._clock.now()).astimezone(UTC).date() - timedelta(days=1)
        found = await self._repository.holdings(index.id, day)
        if found.text is None and at is not None:
            raise NotFoundError("holdings", f"{index.id} at {day}")
        past = at is not None and at < self._clock.now() - timedelta(days=1)
        return self._answer(_present(found), found, past=past)

    async def transactions(self, index_id: str, wanted: LogQuery) -> Answer:
        """Return the log of an index, newest first.

        Raises:
            NotFoundError: there is no such index.
            InvalidParameterError: the cursor is none of ours.
        """
        index = _known(index_id)
        before = FURTHEST if wanted.cursor is None else min(place_of_cursor(wanted.cursor)[1], FURTHEST)
        given = {name: getattr(wanted, name) for name in ("token_id", "reason")}
        filters = {name: storable(value) for name, value in given.items() if value is not None}
        page = await self._repository.transactions(index.id, before=before, size=wanted.limit, filters=filters)
        meta: dict[str, JsonScalar] = {"total": page.total}
        if page.last is not None and page.told == wanted.limit and page.last > 1:
            cursor = cursor_at(_EPOCH, page.last)
            meta["cursor"] = cursor
            meta["next"] = "?" + urlencode(filters | {"limit": str(wanted.limit), "cursor": cursor})
        return Answer(
            data=f"[{page.text}]",
            as_of=page.stamp.refreshed_at,
            source=page.stamp.data_source,
            sources=page.stamp.sources,
            stale=self._is_late(page.stamp),
            meta=meta,
        )

    def _answer(
        self,
        text: str,
        found: Told,
        meta: Mapping[str, JsonScalar] | None = None,
        *,
        listed: bool = False,
        past: bool = False,
    ) -> Answer:
        closed_at = _close_of(found.day)
        old = closed_at is not None and self._clock.now() - closed_at > CLOSED_WITHIN
        return Answer(
            data=f"[{text}]" if listed else text,
            as_of=closed_at,
            source=found.stamp.data_source,
            sources=found.stamp.sources,
            stale=not past and (old or self._is_late(found.stamp)),
            meta=meta or {},
        )

    def _is_late(self, stamp: Stamp) -> bool:
        return is_late(DATASET, stamp.refreshed_at, now=self._clock.now())


def rules_told(rules: Rules) -> dict[str, object]:
    """Return rules as answers tell them."""
    told = asdict(rules)
    told["exposure"] = {"kind": type(rules.exposure).__name__, **asdict(rules.exposure)}
    bands: list[dict[str, float | None]] = [{"to_rank": rank, "bp": points} for rank, points in SLIPPAGE_BP]
    told["costs"]["slippage_bp"] = [*bands, {"to_rank": None, "bp": SLIPPAGE_BEYOND_BP}]
    return told


def _known(index_id: str) -> Index:
    if index_id not in INDICES:
        raise NotFoundError("index", index_id)
    return INDICES[index_id]


def _present(found: Told) -> str:
    if found.text is None:
        raise NoDataError("No such index was reckoned yet")
    return found.text


def _close_of(day: str | None) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), tzinfo=UTC) + timedelta(days=1)
