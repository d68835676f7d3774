"""Composition root of the backfill function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from shared.core.settings import Settings
from shared.http.job import Job, JobFunction


def build(settings: Settings) -> Job:
    """Make the job and its clients; called by the first request."""
    from .wiring import backfill_over

    return backfill_over(settings)


function = JobFunction(build)


@functions_framework.aio.http
async def backfill(request: Request) -> Response:
    """Load the next part of the history that is asked for."""
    return await function.handle(request)
