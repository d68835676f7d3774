"""The tokens function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Wire the routes to PostgreSQL."""
    from shared.db.engine import Database
    from shared.domain.tokens.repository import TokenRepository
    from shared.domain.tokens.service import TokenService

    from .routes import router

    database = Database(settings.required_database(), read_only=True)
    service = TokenService(TokenRepository(database), clock or SystemClock())
    return Wiring(routers=[router], provided={TokenService: service}, close=database.close)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def tokens(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
