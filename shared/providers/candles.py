"""Every provider of candles, set up as the environment says; the first choice is asked as long as it answers."""

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.records.candles import CandleRecord

from .adapters.binance_candles import BINANCE_CANDLES, BinanceCandles
from .adapters.coinbase import COINBASE_CANDLES, CoinbaseCandles
from .adapters.coingecko_candles import FREE_CANDLES, PRO_CANDLES, CoinGeckoCandles
from .adapters.cryptocompare_candles import CRYPTOCOMPARE_CANDLES, CryptoCompareCandles
from .adapters.kraken import KRAKEN_CANDLES, KrakenCandles
from .candle_requests import CandleRequest
from .contract import Descriptor, Http
from .registry import Makes, assembled
from .rotation import Provider
from .sources import Run, Sources

CandleSources = Sources[CandleRequest, CandleRecord]
CandleRun = Run[CandleRequest, CandleRecord]

_CANDLES: tuple[tuple[Descriptor, Makes], ...] = (
    (BINANCE_CANDLES, BinanceCandles),
    (COINBASE_CANDLES, CoinbaseCandles),
    (KRAKEN_CANDLES, KrakenCandles),
    (CRYPTOCOMPARE_CANDLES, CryptoCompareCandles),
    (PRO_CANDLES, CoinGeckoCandles),
    (FREE_CANDLES, CoinGeckoCandles),
)


def candle_providers(settings: Settings) -> tuple[Provider, ...]:
    """Return the providers that the settings allow, first choice first.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    return assembled(_CANDLES, settings)


def candle_sources(
    settings: Settings, documents: DocumentStore, clock: Clock, *, http: Http | None = None
) -> CandleSources:
    """Return the sources of candles. A market without trades has no candles: an empty answer is one.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    return Sources("candles", candle_providers(settings), documents, clock, http=http, empty=True)
