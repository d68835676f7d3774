"""Composition root of the refresh_trading function."""

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
    from shared.domain.trading.bars import PastPrices

    from .refresh import TradingRefresh

    clock = SystemClock()
    database = Database(settings.required_database(), read_only=True)
    return TradingRefresh(prices=PastPrices(database), documents=open_documents(settings, clock=clock), clock=clock)


function = RefreshFunction(build)


@functions_framework.aio.http
async def refresh_trading(request: Request) -> Response:
    """Match resting orders once."""
    return await function.handle(request)
