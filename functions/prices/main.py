"""The prices function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Wire the routes to PostgreSQL."""
    from shared.db.engine import Database
    from shared.domain.market.history import HistoryService
    from shared.domain.market.repository import MarketRepository
    from shared.domain.market.service import PriceService

    from .routes import router

    clock = clock or SystemClock()
    database = Database(settings.required_database(), read_only=True)
    repository = MarketRepository(database)
    services = (PriceService(repository, clock), HistoryService(repository, clock))
    return Wiring(routers=[router], provided={type(each): each for each in services}, close=database.close)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def prices(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
