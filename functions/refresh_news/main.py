"""Composition root of the refresh_news function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from shared.core.clock import SystemClock
from shared.core.settings import Settings
from shared.http.refresh import Refresh, RefreshFunction


def build(settings: Settings) -> Refresh:
    """Make the refresh and its clients; called by the first request of the scheduler."""
    from shared.cache.stores import open_documents
    from shared.db.engine import Database
    from shared.domain.news.writing import NewsWriter
    from shared.providers.news import NewsSources

    from .refresh import NewsRefresh

    clock = SystemClock()
    documents = open_documents(settings, clock=clock)
    return NewsRefresh(
        sources=NewsSources(settings, documents, clock),
        writer=NewsWriter(Database(settings.required_database(), read_only=False)),
        documents=documents,
        clock=clock,
        data_source=settings.data_source,
        warm_urls=settings.warm_urls,
    )


function = RefreshFunction(build)


@functions_framework.aio.http
async def refresh_news(request: Request) -> Response:
    """Refresh the news once."""
    return await function.handle(request)
