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

    from .books import book_service
    from .routes import router
    from .stored import stored_services

    clock = clock or SystemClock()
    database = Database(settings.required_database(), read_only=True)
    books, close_books = book_service(settings, database, clock)
    return Wiring.of(router, books, *stored_services(database, clock), closing=(close_books, database.close))


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def market(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
