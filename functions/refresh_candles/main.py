"""Composition root of the refresh_candles function."""

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
    from shared.providers.candles import candle_sources
    from shared.providers.markets import market_sources

    from .refresh import CandleRefresh

    clock = SystemClock()
    documents = open_documents(settings, clock=clock)
    return CandleRefresh(
        candles=candle_sources(settings, documents, clock),
        markets=market_sources(settings, documents, clock),
        database=Database(settings.required_database(), read_only=False),
        documents=documents,
        clock=clock,
        source=settings.data_source,
        tokens=settings.candle_tokens,
    )


function = RefreshFunction(build)


@functions_framework.aio.http
async def refresh_candles(request: Request) -> Response:
    """Refresh candles once."""
    return await function.handle(request)
