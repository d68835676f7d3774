"""NewsAPI: articles of thousands of publishers that mention crypto."""

from dataclasses import dataclass
from datetime import datetime

from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.contract import DAY_S, MINUTE_S, Descriptor, Http, Limit, Payload
from shared.providers.news_moments import published, told_in
from shared.providers.news_text import LONGEST_SUMMARY, LONGEST_TITLE, host_of, plain, safe_url
from shared.providers.numbers import JsonValue, Row
from shared.records.news import NewsItem, NewsRecord, NewsRequest, UnusableNews

QUERY = "bitcoin OR ethereum OR cryptocurrency OR stablecoin OR blockchain"
PER_PAGE = 100
"""The most there are in a page; a developer's plan allows no second one (HTTP 426)."""
AGGREGATORS = frozenset({"news.google.com"})

NEWSAPI = Descriptor(
    id="newsapi",
    family="newsapi",
    kind="news",
    rank=1,
    default_url="https://newsapi.org/v2",
    url_setting="NEWSAPI_URL",
    key_need="always",
    key_setting="NEWSAPI_KEY",
    # A hundred a day, spread over it: asked at every refresh it would be silent from the afternoon on.
    # Source: https://newsapi.org/pricing (Developer)
    limits=(Limit(1, 15 * MINUTE_S, "Developer, spread over the day"), Limit(100, DAY_S, "Developer")),
    limits_setting="NEWSAPI_LIMITS",
)


@dataclass(frozen=True, slots=True)
class NewsApi:
    """Everything that mentions crypto, in English, newest first."""

    base_url: str
    descriptor: Descriptor = NEWSAPI

    def serves(self, request: NewsRequest) -> bool:
        """Return that it has news."""
        return True

    def cost(self, request: NewsRequest) -> int:
        """Return 1: there is one page."""
        return 1

    async def fetch(self, http: Http, request: NewsRequest, key: str | None) -> Payload:
        """Ask for the newest articles.

        Raises:
            UpstreamError: no answer, or a complaint.

        Source: https://newsapi.org/docs/endpoints/everything
        Source: https://newsapi.org/docs/authentication
        """
        params = {"q": QUERY, "language": "en", "sortBy": "publishedAt", "pageSize": str(PER_PAGE)}
        headers = {"x-api-key": key} if key else {}
        return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/everything", params, headers, key)])

    def normalise(self, payload: Payload, request: NewsRequest, *, fetched_at: datetime) -> list[NewsItem]:
        """Reduce articles to records; withdrawn ones and those without title or address become `UnusableNews`.

        Raises:
            BadPayloadError: the answer is no list of articles, or a field is of another kind.

        Source: https://newsapi.org/docs/endpoints/everything
        """
        with refusing(self.descriptor.id, "articles"):
            return [self._item(row, fetched_at) for page in payload.pages for row in _articles(page.body)]

    def _item(self, row: Row, fetched_at: datetime) -> NewsItem:
        title = _without_source(plain(numbers.optional_text(row, "title") or "", longest=LONGEST_TITLE), row)
        url = safe_url(numbers.optional_text(row, "url") or "")
        if title == "[Removed]":
            return UnusableNews(self.descriptor.id, "withdrawn")
        if not title or url is None:
            return UnusableNews(self.descriptor.id, "no title" if not title else "no address that may be followed")
        at, dated = published(told_in(row.get("publishedAt")), fetched_at=fetched_at)
        host = host_of(url)
        return NewsRecord(
            provider=self.descriptor.id,
            publisher=host,
            title=title,
            url=url,
            aggregated=host in AGGREGATORS,
            summary=plain(numbers.optional_text(row, "description") or "", longest=LONGEST_SUMMARY) or None,
            published_at=at,
            dated=dated,
            fetched_at=fetched_at,
        )


def _articles(body: JsonValue) -> list[Row]:
    """Return the rows; some who recorded answers kept the list alone."""
    return numbers.rows_of(body if isinstance(body, list) else numbers.mapping(body).get("articles"))


def _without_source(title: str, row: Row) -> str:
    """Return the title without the publisher's name at its end; Google's articles have that name as their author."""
    source = numbers.mapping(row.get("source") or {})
    for name in (numbers.optional_text(source, "name"), numbers.optional_text(row, "author")):
        title = title.removesuffix(f" - {name}").rstrip() if name else title
    return title
