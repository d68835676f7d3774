"""What the routes are given, whatever stores stand behind it."""

from typing import Protocol

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.domain.status.coverage import CoverageRepository, Reading
from shared.domain.status.health import HealthService
from shared.domain.status.repository import StatusRepository
from shared.domain.status.service import StatusService
from shared.http.function import Wiring

from .documentation import Documentation
from .routes import router


class ReadableDatabase(Reading, Protocol):
    """The part of `shared.db.engine.Database` that is needed."""

    async def ping(self) -> None:
        """Return when PostgreSQL has answered."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def wire(
    settings: Settings,
    database: ReadableDatabase,
    documents: DocumentStore,
    *,
    clock: Clock,
    documentation: Documentation | None = None,
) -> Wiring:
    """Return the function's parts; without `documentation` the packaged one is read."""
    # Never written: a store that says "there is none" has answered.
    checks = {"postgresql": database.ping, "documents": lambda: documents.get("health/probe")}

    async def close() -> None:
        await database.close()
        await documents.close()

    return Wiring(
        routers=[router],
        provided={
            Settings: settings,
            HealthService: HealthService(settings, checks, clock=clock),
            StatusService: StatusService(StatusRepository(documents), clock=clock, source=settings.data_source),
            CoverageRepository: CoverageRepository(database),
            Documentation: documentation or Documentation.packaged(),
        },
        close=close,
    )
