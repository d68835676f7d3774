"""What the routes are given, whatever store stands behind it."""

from shared.auth.callers import callers_of
from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.domain.identity.repository import IdentityRepository
from shared.domain.identity.service import IdentityService
from shared.http.function import Wiring
from shared.http.signed import Callers

from .routes import router


def wire(settings: Settings, documents: DocumentStore, *, clock: Clock) -> Wiring:
    """Return the function's parts."""
    callers = callers_of(settings, documents, clock)
    service = IdentityService(
        IdentityRepository(documents),
        settings.rate_limits,
        clock,
        source=settings.data_source,
        forget=callers.keys.forget,
    )
    return Wiring(routers=[router], provided={Callers: callers, IdentityService: service}, close=documents.close)
