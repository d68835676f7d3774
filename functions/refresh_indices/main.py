"""Composition root of the refresh_indices function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from shared.core.settings import Settings
from shared.http.refresh import Refresh, RefreshFunction


def build(settings: Settings) -> Refresh:
    """Make the refresh and its clients; called by the first request of the scheduler."""
    from .wiring import refresh_over

    return refresh_over(settings)


function = RefreshFunction(build)


@functions_framework.aio.http
async def refresh_indices(request: Request) -> Response:
    """Keep the indices once."""
    return await function.handle(request)
