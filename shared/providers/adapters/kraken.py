"""Kraken: the newest 720 candles of a pair and no older ones; names of its own for bitcoin and dogecoin."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.errors import UpstreamError
from shared.providers import numbers
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.candle_requests import CandleRequest, MarketRecord, MarketsRequest
from shared.providers.contract import MINUTE_S, Descriptor, Http, Limit, Payload
from shared.providers.numbers import JsonValue, Row, Unreadable
from shared.providers.pacing import Pace
from shared.records.candles import INTERVALS, CandleRecord, Interval

from .candle_rows import candles_in, rows_named, unlisted
from .markets import currency_of

KRAKEN_CANDLES = Descriptor(
    id="kraken",
    family="kraken",
    kind="candles",
    rank=2,
    default_url="https://api.kraken.com",
    url_setting="KRAKEN_URL",
    # One a second for each address and pair. Source: https://docs.kraken.com/api/docs/guides/spot-rest-ratelimits
    limits=(Limit(60, MINUTE_S, "public"),),
    limits_setting="KRAKEN_LIMITS",
)
MOST = 720
PER_S = 1
_INTERVALS: tuple[Interval, ...] = ("1m", "5m", "15m", "1h", "4h", "1d")
"""It has weeks too, but they begin on Thursdays."""
_CELLS = ("time", "open", "high", "low", "close", "vwap", "volume")
_NAMES = {"XBT": "BTC", "XDG": "DOGE"}
_LONG_NAME = 4
"""Old assets have an X (coins) or Z (money) before their three letters."""


@dataclass(frozen=True, slots=True)
class KrakenCandles:
    """`/0/public/OHLC`."""

    base_url: str
    descriptor: Descriptor = KRAKEN_CANDLES
    pace: Pace = field(default_factory=lambda: Pace(PER_S))

    def serves(self, request: CandleRequest) -> bool:
        """Return whether it has the token, the interval and candles of that age, and time for us."""
        listed = self.descriptor.id in request.markets and request.interval in _INTERVALS
        return listed and request.age < MOST and not self.pace.crowded

    def cost(self, request: CandleRequest) -> int:
        """Return the one call."""
        return 1

    async def fetch(self, http: Http, request: CandleRequest, key: str | None) -> Payload:
        """Ask for the candles since the start of the range.

        Raises:
            NotListedError: the pair is unknown.
            UpstreamError: there was no usable answer.

        Source: https://docs.kraken.com/api/docs/rest-api/get-ohlc-data
        """
        minutes = INTERVALS[request.interval].total_seconds() / MINUTE_S
        asked = {
            "pair": request.markets[self.descriptor.id].name,
            "interval": f"{minutes:.0f}",
            # Those that opened after it.
            "since": f"{request.start.timestamp() - 1:.0f}",
        }
        await self.pace.turn()
        try:
            return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/0/public/OHLC", asked)])
        except UpstreamError as error:
            raise unlisted(error, "Unknown asset pair", "Invalid asset pair") from error

    def normalise(self, payload: Payload, request: CandleRequest, *, fetched_at: datetime) -> list[CandleRecord]:
        """Reduce the one pair of the answer to candles, oldest first; the last one is always open.

        The pair has another name there than the one asked for, and `last` stands beside it. Turnover is not told.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.
        """
        return candles_in(self.descriptor.id, payload, request, _rows, fetched_at=fetched_at)


@dataclass(frozen=True, slots=True)
class KrakenMarkets:
    """`/0/public/AssetPairs`."""

    base_url: str
    descriptor: Descriptor = KRAKEN_CANDLES

    def serves(self, request: MarketsRequest) -> bool:
        """Return that it has markets."""
        return True

    def cost(self, request: MarketsRequest) -> int:
        """Return the one call."""
        return 1

    async def fetch(self, http: Http, request: MarketsRequest, key: str | None) -> Payload:
        """Ask for all pairs.

        Raises:
            UpstreamError: there was no usable answer.

        Source: https://docs.kraken.com/api/docs/rest-api/get-tradable-asset-pairs
        """
        return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/0/public/AssetPairs")])

    def normalise(self, payload: Payload, request: MarketsRequest, *, fetched_at: datetime) -> list[MarketRecord]:
        """Reduce the pairs to those in dollars or tethers that trade; dark pools (`.d`) are none.

        Raises:
            BadPayloadError: a pair cannot be read; the whole answer is refused.
        """
        with refusing(self.descriptor.id, "pairs"):
            results = [numbers.mapping(numbers.mapping(page.body).get("result")) for page in payload.pages]
            found = (
                _market(self.descriptor.id, numbers.mapping(row))
                for pairs in results
                for name, row in pairs.items()
                if not name.endswith(".d")
            )
            return [market for market in found if market is not None]


def _rows(body: JsonValue) -> Iterator[Row]:
    result = numbers.mapping(numbers.mapping(body).get("result"))
    pairs = [value for name, value in result.items() if name != "last"]
    if len(pairs) != 1:
        raise Unreadable(f"{len(pairs)} pairs where one was asked for")
    return rows_named(pairs[0], _CELLS)


def _market(provider: str, row: Row) -> MarketRecord | None:
    currency = currency_of(numbers.text(row, "quote"))
    if currency is None or row.get("status", "online") != "online":
        return None
    return MarketRecord(provider, numbers.text(row, "altname"), _symbol(numbers.text(row, "base")), currency)


def _symbol(asset: str) -> str:
    short = asset[1:] if len(asset) == _LONG_NAME and asset[0] in "XZ" else asset
    return _NAMES.get(short, short).upper()
