"""The trading function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Wire the routes to documents, to PostgreSQL, and to the exchanges, which are asked for books on demand."""
    from shared.auth.callers import callers_of
    from shared.cache.stores import open_documents

    from .wiring import wired

    clock = clock or SystemClock()
    documents = open_documents(settings, clock=clock)
    return wired(settings, documents, callers_of(settings, documents, clock), clock)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def trading(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
