"""The services that answer with what is stored in PostgreSQL."""

from shared.core.clock import Clock
from shared.db.engine import Database
from shared.domain.candles.repository import CandleRepository
from shared.domain.candles.service import CandleService
from shared.domain.market.repository import MarketRepository
from shared.domain.market.service import PriceService
from shared.domain.tokens.discovery import DiscoveryService
from shared.domain.tokens.repository import TokenRepository


def stored_services(database: Database, clock: Clock) -> tuple[object, ...]:
    """Return a service for each kind of answer."""
    return (
        PriceService(MarketRepository(database), clock),
        CandleService(CandleRepository(database), clock),
        DiscoveryService(TokenRepository(database), clock),
    )
