"""Composition root of the maintenance function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from shared.core.clock import SystemClock
from shared.core.settings import Settings
from shared.http.refresh import Refresh, RefreshFunction


def build(settings: Settings) -> Refresh:
    """Make the maintenance and its clients; called by the first request of the scheduler."""
    from shared.cache.stores import open_documents
    from shared.db.engine import Database
    from shared.domain.maintenance.keeping import Keeper
    from shared.domain.maintenance.retention import configured

    from .refresh import STATEMENT_WITHIN, Maintenance

    clock = SystemClock()
    months, rows = configured(settings.environment)
    database = Database(settings.required_database(), read_only=False, statement_within=STATEMENT_WITHIN)
    return Maintenance(
        keeper=Keeper(database),
        months=months,
        rows=rows,
        documents=open_documents(settings, clock=clock),
        clock=clock,
    )


function = RefreshFunction(build)


@functions_framework.aio.http
async def maintenance(request: Request) -> Response:
    """Keep the tables in shape once."""
    return await function.handle(request)
