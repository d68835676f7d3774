"""Composition root of the refresh_predictions function."""

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

    from .refresh import PredictionsRefresh

    clock = SystemClock()
    return PredictionsRefresh(
        database=Database(settings.required_database(), read_only=False),
        documents=open_documents(settings, clock=clock),
        clock=clock,
        source=settings.data_source,
        warm_urls=settings.warm_urls,
    )


function = RefreshFunction(build)


@functions_framework.aio.http
async def refresh_predictions(request: Request) -> Response:
    """Predict all tokens once."""
    return await function.handle(request)
