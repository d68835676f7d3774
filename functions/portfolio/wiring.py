"""What the routes are given."""

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.portfolio.importing import PortfolioImports
from shared.domain.portfolio.keeping import Portfolios
from shared.domain.portfolio.past import PastReader
from shared.domain.portfolio.performing import PortfolioPerformance
from shared.domain.portfolio.prices import Prices
from shared.domain.portfolio.risking import PortfolioRisk
from shared.domain.portfolio.shelf import PortfolioShelf
from shared.domain.portfolio.transactions import PortfolioTransactions
from shared.domain.portfolio.valuing import PortfolioValuation
from shared.http.function import Wiring
from shared.http.signed import Callers

from .routes import router


def wired(settings: Settings, documents: DocumentStore, callers: Callers, clock: Clock) -> Wiring:
    """Return the function over a document store and those who tell callers."""
    database = Database(settings.required_database(), read_only=True)
    portfolios, prices, source = Portfolios(documents), Prices(database), settings.data_source
    past = PastReader(portfolios, prices, clock)

    async def close() -> None:
        await database.close()
        await documents.close()

    provided = {
        Callers: callers,
        PortfolioShelf: PortfolioShelf(documents, clock, data_source=source),
        PortfolioTransactions: PortfolioTransactions(documents, prices, clock, data_source=source),
        PortfolioImports: PortfolioImports(portfolios, prices, clock, data_source=source),
        PortfolioValuation: PortfolioValuation(portfolios, prices, clock),
        PortfolioPerformance: PortfolioPerformance(past),
        PortfolioRisk: PortfolioRisk(past, prices, clock),
    }
    return Wiring(routers=[router], provided=provided, close=close)
