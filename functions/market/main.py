"""The market function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Wire the routes to PostgreSQL, and to the exchanges, which are asked for books on demand."""
    from shared.db.engine import Database
    from shared.domain.candles.repository import CandleRepository
    from shared.domain.candles.service import CandleService
    from shared.domain.market.repository import MarketRepository
    from shared.domain.market.service import PriceService

    from .books import book_service
    from .routes import router

    clock = clock or SystemClock()
    database = Database(settings.required_database(), read_only=True)
    books, close = book_service(settings, database, clock)
    prices = PriceService(MarketRepository(database), clock)
    candles = CandleService(CandleRepository(database), clock)
    return Wiring(routers=[router], provided={type(each): each for each in (prices, candles, books)}, close=close)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def market(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
