"""Answers about news."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError, NotFoundError
from shared.domain.market.service import storable
from shared.domain.naming import shared_symbol
from shared.records.answer import Answer, JsonField
from shared.records.refresh import is_late

from .repository import NewsPage, NewsRepository
from .statements import Filters

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ID_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which news are asked for; `None` leaves nothing out."""

    token: str | None = None
    source: str | None = None
    sentiment: int | None = None
    start: datetime | None = None
    end: datetime | None = None
    as_of: datetime | None = None
    limit: int = 50
    cursor: str | None = None


class NewsService:
    """Answers with stored news. Every method raises what `NewsRepository` raises."""

    def __init__(self, repository: NewsRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def page(self, wanted: Wanted) -> Answer:
        """Return articles, newest first.

        Where several tokens share the symbol asked for, there are none, and `meta` lists the tokens.

        Raises:
            InvalidParameterError: the cursor is none of ours, or `as_of` is yet to come.
            NotFoundError: there is no such token.
        """
        now = self._clock.now()
        if wanted.as_of is not None and wanted.as_of > now:
            raise InvalidParameterError("as_of", "is yet to come", wanted.as_of.isoformat())
        found = await self._repository.page(_filters(wanted), _values(wanted))
        if wanted.token is not None and not found.token_ids:
            raise NotFoundError("token", wanted.token)
        return Answer(
            data="[]" if _ambiguous(found) else found.data,
            as_of=found.refreshed_at,
            source=found.data_source,
            sources=found.sources,
            stale=is_late("refresh_news", found.refreshed_at, now=now),
            meta=_meta(wanted, found),
        )


def _ambiguous(found: NewsPage) -> bool:
    return found.token_ids is not None and len(found.token_ids) > 1


def _meta(wanted: Wanted, found: NewsPage) -> dict[str, JsonField]:
    if _ambiguous(found):
        return {**shared_symbol(wanted.token or "", json.loads(found.candidates or "[]")), "total": 0}
    meta: dict[str, JsonField] = {"total": found.total}
    if found.token_ids:
        meta["ambiguous"] = False
        meta["id"] = found.token_ids[0]
    if found.more and found.last_at is not None and found.last_id is not None:
        cursor = _cursor(found.last_at, found.last_id)
        meta["cursor"] = cursor
        meta["next"] = "?" + urlencode(_again(wanted) | {"cursor": cursor})
    return meta


def _again(wanted: Wanted) -> dict[str, str]:
    """Return the parameters of the same question."""
    times = {"from": wanted.start, "to": wanted.end, "as_of": wanted.as_of}
    given = {"token": wanted.token, "source": wanted.source, "sentiment": wanted.sentiment, "limit": wanted.limit}
    written = {name: time.isoformat().replace("+00:00", "Z") for name, time in times.items() if time is not None}
    return {name: str(value) for name, value in given.items() if value is not None} | written


def _filters(wanted: Wanted) -> Filters:
    return Filters(
        token=wanted.token is not None,
        source=wanted.source is not None,
        sentiment=wanted.sentiment is not None,
        start=wanted.start is not None,
        end=wanted.end is not None,
        cursor=wanted.cursor is not None,
        as_of=wanted.as_of is not None,
    )


def _values(wanted: Wanted) -> dict[str, object]:
    source = None if wanted.source is None else storable(wanted.source).lower().removeprefix("www.")
    values: dict[str, object] = {
        "token": None if wanted.token is None else storable(wanted.token),
        "source": source,
        "sources": None if source is None else [source],
        "sentiment": wanted.sentiment,
        "start": wanted.start,
        "end": wanted.end,
        "as_of": wanted.as_of,
    }
    if wanted.cursor is not None:
        values["cursor_at"], values["cursor_id"] = _place(wanted.cursor)
    return {name: value for name, value in values.items() if value is not None} | {"size": wanted.limit}


def _cursor(at: datetime, article_id: str) -> str:
    """Return the place after an article: its time and id, which never change, so what is added later moves nothing."""
    microseconds = (at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(microseconds.to_bytes(8, "big") + bytes.fromhex(article_id)).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, str]:
    try:
        content = base64.b64decode(cursor + "==", altchars=b"-_", validate=True)
        at = _EPOCH + timedelta(microseconds=int.from_bytes(content[:8], "big"))
    except (binascii.Error, ValueError, OverflowError):
        raise InvalidParameterError("cursor", "give one that an answer told", cursor) from None
    if len(content) != 8 + _ID_BYTES:
        raise InvalidParameterError("cursor", "give one that an answer told", cursor)
    return at, content[8:].hex()
