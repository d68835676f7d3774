"""The news function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Wire the routes to PostgreSQL."""
    from shared.db.engine import Database
    from shared.domain.news.repository import NewsRepository
    from shared.domain.news.service import NewsService

    from .routes import router

    database = Database(settings.required_database(), read_only=True)
    service = NewsService(NewsRepository(database), clock or SystemClock())
    return Wiring(routers=[router], provided={NewsService: service}, close=database.close)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def news(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
