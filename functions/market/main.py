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
    from shared.domain.market.repository import MarketRepository
    from shared.domain.market.service import PriceService
    from shared.domain.tokens.discovery import DiscoveryService
    from shared.domain.tokens.repository import TokenRepository

    from .books import book_service
    from .routes import router

    clock = clock or SystemClock()
    database = Database(settings.required_database(), read_only=True)
    books, close_books = book_service(settings, database, clock)
    services = (
        PriceService(MarketRepository(database), clock),
        DiscoveryService(TokenRepository(database), clock),
        books,
    )

    async def close() -> None:
        await close_books()
        await database.close()

    return Wiring(routers=[router], provided={type(each): each for each in services}, close=close)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def market(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
