"""The market function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Wire the routes to PostgreSQL."""
    from shared.db.engine import Database
    from shared.domain.candles.repository import CandleRepository
    from shared.domain.candles.service import CandleService
    from shared.domain.market.repository import MarketRepository
    from shared.domain.market.service import PriceService

    from .routes import router

    database = Database(settings.required_database(), read_only=True)
    clock = clock or SystemClock()
    provided = {
        PriceService: PriceService(MarketRepository(database), clock),
        CandleService: CandleService(CandleRepository(database), clock),
    }
    return Wiring(routers=[router], provided=provided, close=database.close)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def market(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
