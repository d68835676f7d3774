"""CryptoPanic: posts of many publishers with the tokens they are about. The key stands in the address."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.core.errors import KeyRejectedError, RateLimitedError
from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.complaints import DEFAULT_PATIENCE
from shared.providers.contract import DAY_S, MINUTE_S, Descriptor, Http, Limit, Page, Payload
from shared.providers.news_moments import published, told_in
from shared.providers.news_text import LONGEST_SUMMARY, LONGEST_TITLE, host_of, plain, safe_url
from shared.providers.numbers import JsonValue, Row
from shared.records.news import NewsItem, NewsRecord, NewsRequest, TokenTag, UnusableNews

PAGES_BEHIND = 3
"""Pages of twenty asked for after a pause; `count` says 200 and means what can be reached in ten of them."""

CRYPTOPANIC = Descriptor(
    id="cryptopanic",
    family="cryptopanic",
    kind="news",
    rank=0,
    default_url="https://cryptopanic.com/api/developer/v2",
    url_setting="CRYPTOPANIC_URL",
    key_need="always",
    key_setting="CRYPTOPANIC_KEY",
    # Plans differ and change; this is one request at every refresh. An operator states his own as CRYPTOPANIC_LIMITS.
    # Source: https://cryptopanic.com/developers/api/
    limits=(Limit(30, MINUTE_S, "any"), Limit(1_000, DAY_S, "any")),
    limits_setting="CRYPTOPANIC_LIMITS",
)


@dataclass(frozen=True, slots=True)
class CryptoPanic:
    """Versions 1 and 2: `currencies` became `instruments`, and plans that pay are told the publisher's own address."""

    base_url: str
    descriptor: Descriptor = CRYPTOPANIC

    def serves(self, request: NewsRequest) -> bool:
        """Return that it has news."""
        return True

    def cost(self, request: NewsRequest) -> int:
        """Return the number of pages."""
        return PAGES_BEHIND if request.catching_up else 1

    async def fetch(self, http: Http, request: NewsRequest, key: str | None) -> Payload:
        """Ask for the newest posts.

        Pages are counted by ourselves: the `next` of an answer holds our key, so it is never followed nor kept.

        Raises:
            UpstreamError: a page failed.

        Source: https://cryptopanic.com/developers/api/
        """
        token = {"auth_token": key} if key else {}
        pages = [{"kind": "news", "public": "true", "page": str(page)} for page in range(1, self.cost(request) + 1)]
        url = f"{self.base_url}/posts/"
        payload = await ask_all(http, [Call(self.descriptor.id, url, page | token, key=key) for page in pages])
        for page in payload.pages:
            self._refuse_complaint(page.body)
        return Payload(tuple(Page(_without_links(page.body), page.dated) for page in payload.pages))

    def normalise(self, payload: Payload, request: NewsRequest, *, fetched_at: datetime) -> list[NewsItem]:
        """Reduce posts to records; one without title or address becomes an `UnusableNews`.

        Raises:
            BadPayloadError: the answer is no list of posts, or a field is of another kind.

        Source: https://cryptopanic.com/developers/api/
        """
        items: list[NewsItem] = []
        for number, page in enumerate(payload.pages, start=1):
            with refusing(self.descriptor.id, f"page {number}"):
                items += [self._item(row, fetched_at) for row in _posts(page.body)]
        return items

    def _item(self, row: Row, fetched_at: datetime) -> NewsItem:
        title = plain(numbers.optional_text(row, "title") or "", longest=LONGEST_TITLE)
        source = numbers.mapping(row.get("source") or {})
        own = safe_url(numbers.optional_text(row, "original_url") or numbers.optional_text(source, "url") or "")
        url = own or safe_url(numbers.optional_text(row, "url") or "")
        if not title or url is None:
            return UnusableNews(self.descriptor.id, "no title" if not title else "no address that may be followed")
        at, dated = published(told_in(row.get("published_at") or row.get("created_at")), fetched_at=fetched_at)
        domain = numbers.optional_text(source, "domain") or numbers.optional_text(row, "domain") or host_of(url)
        return NewsRecord(
            provider=self.descriptor.id,
            publisher=plain(domain, longest=100).lower().removeprefix("www."),
            title=title,
            url=url,
            aggregated=own is None,
            summary=plain(numbers.optional_text(row, "description") or "", longest=LONGEST_SUMMARY) or None,
            published_at=at,
            dated=dated,
            fetched_at=fetched_at,
            tags=tuple(_tags(row)),
        )

    def _refuse_complaint(self, body: JsonValue) -> None:
        """Raise for `{"status": "api_error", "info": …}`, which comes with whatever HTTP status."""
        info = body.get("info") if isinstance(body, dict) and "results" not in body else None
        if not isinstance(info, str):
            return
        if "token" in info.lower():
            raise KeyRejectedError(self.descriptor.id, "key refused in an answer with HTTP 200")
        if "limit" in info.lower() or "throttl" in info.lower():
            raise RateLimitedError(self.descriptor.id, DEFAULT_PATIENCE)


def _posts(body: JsonValue) -> list[Row]:
    """Return the rows of a page; some who recorded answers kept the list alone."""
    return numbers.rows_of(body if isinstance(body, list) else numbers.mapping(body).get("results"))


def _tags(row: Row) -> Iterator[TokenTag]:
    """Yield the tokens of a post; the field is missing, not empty, in half of them."""
    for each in numbers.rows_of(row.get("instruments") or row.get("currencies") or []):
        symbol = numbers.optional_text(each, "code")
        if symbol:
            yield TokenTag(symbol.upper(), numbers.optional_text(each, "title"), numbers.optional_text(each, "slug"))


def _without_links(body: JsonValue) -> JsonValue:
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name not in ("next", "previous")}
