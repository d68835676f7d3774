"""The function's clients and services."""

from shared.auth.callers import callers_of
from shared.cache.documents import DocumentStore
from shared.cache.stores import open_documents
from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.backtests.service import BacktestService
from shared.domain.indices.repository import IndexRepository
from shared.domain.indices.service import IndexService
from shared.http.function import Wiring
from shared.http.signed import Callers
from shared.tasks.cloud import queue_of
from shared.tasks.queue import TaskQueue

from .routes import router


def wired(
    settings: Settings,
    clock: Clock | None = None,
    *,
    documents: DocumentStore | None = None,
    queue: TaskQueue | None = None,
    callers: Callers | None = None,
) -> Wiring:
    """Return the function over what the environment names, or over what is given instead.

    Raises:
        SettingsError: a setting is missing or cannot be read.
    """
    clock = clock or SystemClock()
    store = documents or open_documents(settings, clock=clock)
    database = Database(settings.required_database(), read_only=True)
    tasks = queue or queue_of("run_backtests", settings)

    async def close() -> None:
        await database.close()
        await store.close()

    return Wiring(
        routers=[router],
        provided={
            IndexService: IndexService(IndexRepository(database), clock),
            BacktestService: BacktestService(store, tasks, clock, settings.data_source),
            Callers: callers or callers_of(settings, store, clock),
        },
        close=close,
    )
