"""Composition root of the refresh_alerts function."""

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
    from shared.domain.alerts.facts import FactReader
    from shared.http.webhooks import WebhookSender

    from .refresh import AlertRefresh

    clock = SystemClock()
    allowed = frozenset(each for each in settings.environment.get("WEBHOOKS_ALLOWED", "").split(",") if each)
    return AlertRefresh(
        facts=FactReader(Database(settings.required_database(), read_only=True)),
        sender=WebhookSender(clock, allowed=allowed),
        documents=open_documents(settings, clock=clock),
        clock=clock,
        source=settings.data_source,
    )


function = RefreshFunction(build)


@functions_framework.aio.http
async def refresh_alerts(request: Request) -> Response:
    """Evaluate and tell once."""
    return await function.handle(request)
