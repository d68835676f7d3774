"""The function's clients and services."""

from shared.auth.callers import callers_of
from shared.cache.documents import DocumentStore
from shared.cache.stores import open_documents
from shared.core.clock import Clock, SystemClock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.ml.asking import ModelAsking
from shared.domain.ml.repository import ModelRepository
from shared.domain.ml.service import ModelService
from shared.domain.ml.shelf import ModelShelf
from shared.http.function import Wiring
from shared.http.signed import Callers

from .routes import router


def wired(
    settings: Settings,
    clock: Clock | None = None,
    *,
    documents: DocumentStore | None = None,
    callers: Callers | None = None,
) -> Wiring:
    """Return the function over what the environment names, or over what is given instead.

    Raises:
        SettingsError: a setting is missing or cannot be read.
    """
    clock = clock or SystemClock()
    store = documents or open_documents(settings, clock=clock)
    database = Database(settings.required_database(), read_only=True)
    repository = ModelRepository(database)

    async def close() -> None:
        await database.close()
        await store.close()

    return Wiring(
        routers=[router],
        provided={
            ModelService: ModelService(repository, clock),
            ModelAsking: ModelAsking(repository, ModelShelf(repository), clock),
            Callers: callers or callers_of(settings, store, clock),
        },
        close=close,
    )
