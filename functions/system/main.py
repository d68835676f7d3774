"""The system function: how the platform is doing, what it offers, and its documentation."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import SystemClock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings) -> Wiring:
    """Wire the routes to PostgreSQL and the document store."""
    from shared.cache.stores import open_documents
    from shared.db.engine import Database

    from .wiring import wire

    clock = SystemClock()
    database = Database(settings.required_database(), read_only=True)
    return wire(settings, database, open_documents(settings, clock=clock), clock=clock)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def system(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
