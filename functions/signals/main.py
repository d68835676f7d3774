"""The signals function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Wire the routes to PostgreSQL."""
    from shared.db.engine import Database
    from shared.domain.signals.repository import SignalRepository
    from shared.domain.signals.service import SignalService

    from .routes import router

    database = Database(settings.required_database(), read_only=True)
    service = SignalService(SignalRepository(database), clock or SystemClock(), settings.data_source)
    return Wiring(routers=[router], provided={SignalService: service}, close=database.close)


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def signals(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
