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
    from shared.domain.flows.service import WHALE_USD, FlowService, usd_setting
    from shared.domain.gas.service import GasService
    from shared.providers.gas import GasProviders

    from .routes import router

    clock = clock or SystemClock()
    documents = HastyDocuments(open_documents(settings, clock=clock), clock=clock)
    fees = GasProviders(settings, documents, clock)
    gas = GasService(fees, documents, clock, data_source=settings.data_source)
    database = Database(settings.required_database(), read_only=True)
    flows = FlowService(database, clock, whale_usd=usd_setting(settings.environment, "WHALE_MIN_USD", WHALE_USD))
    services = (gas, flows, *chain_services(database, clock))
    return Wiring.of(router, *services, closing=(fees.close, documents.close, database.close))


function = ApiFunction(build)


@functions_framework.aio.http  # type: ignore[arg-type]  # it runs whatever ASGI application comes back
async def on_chain(request: Request) -> ASGIApp:
    """Entry point."""
    return function.entry(request)
