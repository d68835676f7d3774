"""The lists of markets of exchanges, for candles and books alike."""

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings

from .adapters.coinbase import COINBASE_CANDLES, CoinbaseMarkets
from .adapters.kraken import KRAKEN_CANDLES, KrakenMarkets
from .adapters.venue_books import markets_of
from .adapters.venues import VENUES
from .candle_requests import MarketRecord, MarketsRequest
from .contract import Descriptor, Http
from .registry import Makes, assembled
from .sources import Sources

MarketSources = Sources[MarketsRequest, MarketRecord]

_MARKETS: tuple[tuple[Descriptor, Makes], ...] = (
    # Not Binance: its tickers have told refresh_market which symbol is which token.
    (COINBASE_CANDLES, CoinbaseMarkets),
    (KRAKEN_CANDLES, KrakenMarkets),
)


def market_sources(
    settings: Settings, documents: DocumentStore, clock: Clock, *, http: Http | None = None
) -> MarketSources:
    """Return the sources of the lists of markets.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    return Sources("candles", assembled(_MARKETS, settings), documents, clock, http=http)


def book_market_sources(
    settings: Settings, documents: DocumentStore, clock: Clock, *, http: Http | None = None
) -> MarketSources:
    """Return the sources of the lists of markets whose books may be asked for: more exchanges than have candles for us.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    venues = ((venue.descriptor, markets_of(venue)) for venue in VENUES)
    return Sources("candles", assembled((*_MARKETS, *venues), settings), documents, clock, http=http)
