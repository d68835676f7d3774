"""The scores function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Wire the routes to PostgreSQL."""
    from shared.db.engine import Database
    from shared.domain.scores.repository import ScoreRepository
    from shared.domain.scores.service import ScoreService

    from .routes import router

    database = Database(settings.required_database(), read_only=True)
    service = ScoreService(ScoreRepository(database), clock or SystemClock(), settings.data_source)
    return Wiring(routers=[router], provided={ScoreService: service}, close=database.close)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def scores(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
