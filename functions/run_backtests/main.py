"""Composition root of the run_backtests function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from shared.core.settings import Settings
from shared.http.task import TaskFunction, Worker


def build(settings: Settings) -> Worker:
    """Make the worker and its clients; called by the first task."""
    from .wiring import worker_over

    return worker_over(settings)


function = TaskFunction(build)


@functions_framework.aio.http
async def run_backtests(request: Request) -> Response:
    """Run one backtest."""
    return await function.handle(request)
