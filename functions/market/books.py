"""Wires the order books: what is stored of them in PostgreSQL, and the exchanges behind."""

from collections.abc import Awaitable, Callable

from shared.cache.hasty import HastyDocuments
from shared.cache.stores import open_documents
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.depth.repository import DepthRepository
from shared.domain.depth.service import DepthService
from shared.providers.depth import BookProviders


def book_service(
    settings: Settings, database: Database, clock: Clock
) -> tuple[DepthService, Callable[[], Awaitable[None]]]:
    """Return the service and what lets go of its connections; nothing is opened before the first book is asked for."""
    documents = HastyDocuments(open_documents(settings, clock=clock), clock=clock)
    books = BookProviders(settings, documents, clock)

    async def close() -> None:
        await books.close()
        await documents.close()

    return DepthService(DepthRepository(database), books, clock, data_source=settings.data_source), close
