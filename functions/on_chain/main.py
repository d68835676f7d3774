"""The on_chain function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.types import ASGIApp

from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.http.function import ApiFunction, Wiring


def build(settings: Settings, clock: Clock | None = None) -> Wiring:
    """Wire the routes to PostgreSQL, to the providers that are asked on demand, and to documents."""
    from shared.cache.hasty import HastyDocuments
    from shared.cache.stores import open_documents
    from shared.db.engine import Database
    from shared.domain.chains.services import chain_services
    from shared.domain.gas.service import GasService
    from shared.providers.gas import GasProviders

    from .wiring import wire

    clock = clock or SystemClock()
    documents = HastyDocuments(open_documents(settings, clock=clock), clock=clock)
    gas = GasService(GasProviders(settings, documents, clock), documents, clock, data_source=settings.data_source)
    database = Database(settings.required_database(), read_only=True)
    return wire(gas, chain_services(database, clock), closing=(documents.close, database.close))


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def on_chain(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
