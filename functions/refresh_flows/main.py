"""Composition root of the refresh_flows function."""

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
    from shared.domain.flows.service import SMALLEST_USD, usd_setting
    from shared.domain.flows.writing import FlowWriter
    from shared.providers.flows import flow_sources

    from .refresh import FlowRefresh

    clock = SystemClock()
    documents = open_documents(settings, clock=clock)
    return FlowRefresh(
        sources=flow_sources(settings, documents, clock),
        writer=FlowWriter(Database(settings.required_database(), read_only=False)),
        documents=documents,
        clock=clock,
        source=settings.data_source,
        least_usd=usd_setting(settings.environment, "FLOW_MIN_USD", SMALLEST_USD),
    )


function = RefreshFunction(build)


@functions_framework.aio.http
async def refresh_flows(request: Request) -> Response:
    """Look for transfers once."""
    return await function.handle(request)
