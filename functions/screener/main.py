"""The screener function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.domain.screener.asking import canonical
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Wire the routes to PostgreSQL."""
    from shared.db.engine import Database
    from shared.domain.screener.repository import ScreenerRepository
    from shared.domain.screener.service import ScreenerService

    from .routes import router

    database = Database(settings.required_database(), read_only=True)
    service = ScreenerService(ScreenerRepository(database), clock or SystemClock(), settings.data_source)
    return Wiring(routers=[router], provided={ScreenerService: service}, close=database.close)


function = ApiFunction(build, canonical=canonical)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def screener(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
