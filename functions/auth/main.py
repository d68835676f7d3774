"""The auth function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import SystemClock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings) -> Wiring:
    """Wire the routes to the document store and Firebase."""
    from shared.cache.stores import open_documents

    from .wiring import wire

    clock = SystemClock()
    return wire(settings, open_documents(settings, clock=clock), clock=clock)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def auth(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
