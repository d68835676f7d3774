"""What the routes are given, whoever tells callers."""

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.alerts.facts import FactReader
from shared.domain.alerts.keeping import AlertKeeper
from shared.domain.alerts.service import AlertService
from shared.http.function import Wiring
from shared.http.signed import Callers

from .routes import Receivers, router


def wired(settings: Settings, documents: DocumentStore, callers: Callers, clock: Clock) -> Wiring:
    """Return the function's parts."""
    database = Database(settings.required_database(), read_only=True)
    service = AlertService(
        keeper=AlertKeeper(documents), facts=FactReader(database), clock=clock, data_source=settings.data_source
    )
    allowed = frozenset(each for each in settings.environment.get("WEBHOOKS_ALLOWED", "").split(",") if each)

    async def close() -> None:
        await database.close()
        await documents.close()

    return Wiring(
        routers=[router],
        provided={AlertService: service, Callers: callers, Receivers: Receivers(allowed)},
        close=close,
    )
