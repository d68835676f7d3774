"""Composition root of the refresh_market function."""

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
    from shared.domain.market.writing import MarketWriter
    from shared.providers.quotes import QuoteProviders

    from .refresh import MarketRefresh

    clock = SystemClock()
    documents = open_documents(settings, clock=clock)
    return MarketRefresh(
        providers=QuoteProviders(settings, documents, clock),
        writer=MarketWriter(Database(settings.required_database(), read_only=False)),
        documents=documents,
        clock=clock,
        source=settings.data_source,
        tokens=settings.market_tokens,
        warm_urls=settings.warm_urls,
    )


function = RefreshFunction(build)


@functions_framework.aio.http
async def refresh_market(request: Request) -> Response:
    """Refresh the market once."""
    return await function.handle(request)
