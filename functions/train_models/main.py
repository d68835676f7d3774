"""Composition root of the train_models function."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import Response

from shared.core.clock import SystemClock
from shared.core.settings import Settings
from shared.http.refresh import Refresh, RefreshFunction


def build(settings: Settings) -> Refresh:
    """Make the refresh and its clients; called by the first request of the scheduler."""
    from shared.cache.stores import open_documents
    from shared.db.engine import Database
    from shared.domain.ml.gathering import RowReader
    from shared.domain.ml.writing import ModelWriter

    from .refresh import ModelTraining

    clock = SystemClock()
    database = Database(settings.required_database(), read_only=False)
    return ModelTraining(
        reader=RowReader(database),
        writer=ModelWriter(database),
        documents=open_documents(settings, clock=clock),
        clock=clock,
        source=settings.data_source,
    )


function = RefreshFunction(build)


@functions_framework.aio.http
async def train_models(request: Request) -> Response:
    """Train a model once, if one is due."""
    return await function.handle(request)
