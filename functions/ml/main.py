"""The ml function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Wire the routes to PostgreSQL and to who asks."""
    from .wiring import wired

    return wired(settings, clock)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def ml(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
