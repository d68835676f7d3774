"""A publisher's own feed, RSS 0.9 to 2.0 or Atom, read by feedparser."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time
from typing import Any
from urllib.parse import urljoin

from shared.providers.asking import Call, ask_raw, refusing
from shared.providers.contract import Descriptor, Http, Payload
from shared.providers.feed_guard import guarded
from shared.providers.news_moments import published
from shared.providers.news_text import LONGEST_SUMMARY, LONGEST_TITLE, plain, safe_url
from shared.providers.numbers import Unreadable
from shared.records.news import NewsItem, NewsRecord, NewsRequest, TokenTag, UnusableNews

ACCEPT = "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.8"
MOST_ITEMS = 200
"""Of one feed; what comes after them is older than anything a refresh could have missed."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed: its address is the whole of what it is asked by."""

    base_url: str
    descriptor: Descriptor

    def serves(self, request: NewsRequest) -> bool:
        """Return that it has news."""
        return True

    def cost(self, request: NewsRequest) -> int:
        """Return 1: a feed has one page."""
        return 1

    async def fetch(self, http: Http, request: NewsRequest, key: str | None) -> Payload:
        """Ask for the feed.

        Raises:
            UpstreamError: no answer, or an error answer. A redirect to another host is one: a feed that moved has to be
                given its new address in NEWS_FEEDS.
        """
        return Payload((await ask_raw(http, Call(self.descriptor.id, self.base_url, headers={"accept": ACCEPT})),))

    def normalise(self, payload: Payload, request: NewsRequest, *, fetched_at: datetime) -> list[NewsItem]:
        """Reduce the items to records; one without title or address becomes an `UnusableNews`.

        Raises:
            BadPayloadError: it is no feed, or one that the guard refuses.

        Source: https://www.rssboard.org/rss-specification
        Source: https://datatracker.ietf.org/doc/html/rfc4287
        """
        with refusing(self.descriptor.id, "feed"):
            parsed = _parsed(payload.pages[0].raw)
        base = safe_url(str(parsed.feed.get("link", ""))) or self.base_url
        return [self._item(entry, base, fetched_at) for entry in parsed.entries[:MOST_ITEMS]]

    def _item(self, entry: Any, base: str, fetched_at: datetime) -> NewsItem:
        title = plain(_text(entry, "title"), longest=LONGEST_TITLE)
        url = _address(entry, base)
        if not title or url is None:
            return UnusableNews(self.descriptor.id, "no title" if not title else "no address that may be followed")
        at, dated = published(_time(entry), fetched_at=fetched_at)
        return NewsRecord(
            provider=self.descriptor.id,
            publisher=self.descriptor.family,
            title=title,
            url=url,
            summary=plain(_text(entry, "summary"), longest=LONGEST_SUMMARY) or None,
            published_at=at,
            dated=dated,
            fetched_at=fetched_at,
            tags=tuple(_tags(entry)),
        )


def _parsed(body: bytes) -> Any:
    import feedparser

    # A stream, because a text or bytes would be tried as an address and as a file's name first.
    parsed = feedparser.parse(
        io.BytesIO(guarded(body)),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    if not parsed.get("version"):
        raise Unreadable(f"no feed in {len(body)} bytes")
    return parsed


def _text(entry: Any, name: str) -> str:
    # dict's own `get`: feedparser's falls back to other fields.
    value = dict.get(entry, name)
    return value if isinstance(value, str) else ""


def _address(entry: Any, base: str) -> str | None:
    """Return where the article is: the link, else an id that is an address (RSS: a guid that is a permalink)."""
    link, identifier = _text(entry, "link").strip(), _text(entry, "id").strip()
    told = link or (identifier if identifier.startswith(("http://", "https://")) else "")
    try:
        return safe_url(urljoin(base, told)) if told else None
    except ValueError:
        return None


def _time(entry: Any) -> datetime | None:
    for name in ("published_parsed", "updated_parsed"):
        value = dict.get(entry, name)
        if isinstance(value, struct_time):
            try:
                return datetime(*value[:6], tzinfo=UTC)
            except ValueError:
                continue
    return None


def _tags(entry: Any) -> Iterator[TokenTag]:
    """Yield categories written as cashtags, the only ones that surely mean tokens."""
    for each in dict.get(entry, "tags") or ():
        term = str(each.get("term") or "").strip()
        if term.startswith("$") and term[1:].isalnum() and len(term) <= 11:
            yield TokenTag(term[1:].upper())
