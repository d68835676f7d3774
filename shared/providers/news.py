"""Everybody who tells news: two aggregators and the publishers' own feeds, all of them asked at every refresh."""

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.records.news import NewsItem, NewsRequest

from .adapters.cryptopanic_news import CRYPTOPANIC, CryptoPanic
from .adapters.newsapi_news import NEWSAPI, NewsApi
from .contract import Descriptor, Http
from .feeds import feeds_of
from .http import HttpClient
from .registry import Makes, assembled
from .rotation import Provider
from .sources import Run, Sources

LARGEST_BODY = 5 * 1024 * 1024
"""The largest feeds, with whole articles in them, have about 1 MB."""


def news_providers(settings: Settings) -> tuple[Provider, ...]:
    """Return the sources of news.

    Raises:
        SettingsError: an address, a limit or the list of feeds cannot be read.
    """
    aggregators: list[tuple[Descriptor, Makes]] = [(CRYPTOPANIC, CryptoPanic), (NEWSAPI, NewsApi)]
    return assembled([*aggregators, *feeds_of(settings.environment)], settings)


class NewsSources:
    """The sources with a way out of their own, which takes no larger answers than news can be."""

    def __init__(self, settings: Settings, documents: DocumentStore, clock: Clock, *, http: Http | None = None) -> None:
        self._own_http = HttpClient(clock, largest_body=LARGEST_BODY)
        self._sources: Sources[NewsRequest, NewsItem] = Sources(
            "news", news_providers(settings), documents, clock, http=http or self._own_http, empty=True
        )

    async def begin(self) -> Run[NewsRequest, NewsItem]:
        """Return a run, which has to be ended."""
        return await self._sources.begin()

    async def close(self) -> None:
        """Let go of connections."""
        await self._sources.close()
        await self._own_http.close()
