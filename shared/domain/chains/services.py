"""The services over metrics of chains, wired to a database for a composition root."""

from shared.core.clock import Clock
from shared.db.engine import Database

from .history import ChainHistoryService
from .repository import ChainMetricsRepository
from .service import ChainsService


def chain_services(database: Database, clock: Clock) -> tuple[ChainsService, ChainHistoryService]:
    """Return the services that the routes ask for."""
    metrics = ChainMetricsRepository(database)
    return ChainsService(metrics, clock), ChainHistoryService(metrics, clock)
