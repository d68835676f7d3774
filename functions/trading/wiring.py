"""Wires paper trading: documents of the owners, prices in PostgreSQL, and the exchanges behind."""

from shared.cache.documents import DocumentStore
from shared.cache.hasty import HastyDocuments
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.depth.repository import DepthRepository
from shared.domain.idempotency import IdempotencyKeys
from shared.domain.market.repository import MarketRepository
from shared.domain.trading.accounts import TradingAccounts
from shared.domain.trading.desk import TradingDesk
from shared.domain.trading.keeping import TradingDocuments
from shared.domain.trading.prices import Markets
from shared.http.function import Wiring
from shared.http.signed import Callers
from shared.providers.depth import BookProviders

from .routes import router


def wired(settings: Settings, documents: DocumentStore, callers: Callers, clock: Clock) -> Wiring:
    """Return the wiring; nothing is opened before the first request that needs it."""
    database = Database(settings.required_database(), read_only=True)
    # What is kept of exchanges may be passed over in a hurry; money may not.
    books = BookProviders(settings, HastyDocuments(documents, clock=clock), clock)
    markets = Markets(MarketRepository(database), DepthRepository(database), books, clock)
    kept, keys, source = TradingDocuments(documents), IdempotencyKeys(documents, clock), settings.data_source

    async def close() -> None:
        await books.close()
        await documents.close()
        await database.close()

    provided = {
        Callers: callers,
        TradingAccounts: TradingAccounts(kept, keys, markets, clock, data_source=source),
        TradingDesk: TradingDesk(kept, keys, markets, clock, data_source=source),
    }
    return Wiring(routers=[router], provided=provided, close=close)
