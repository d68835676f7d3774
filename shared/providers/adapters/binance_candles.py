"""Binance's klines: a thousand in one call, every number a string, the last one still open."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from shared.core.errors import UpstreamError
from shared.providers.asking import Call, ask_all
from shared.providers.candle_requests import CandleRequest
from shared.providers.contract import Descriptor, Http, Payload
from shared.providers.numbers import JsonValue, Row
from shared.records.candles import CandleRecord

from .binance import BINANCE
from .candle_rows import candles_in, rows_named, unlisted

BINANCE_CANDLES = replace(BINANCE, kind="candles", rank=0)
MOST = 1000
WEIGHT = 2
"""Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints (klines)."""
_CELLS = ("time", "open", "high", "low", "close", "volume", "ends", "turnover")


@dataclass(frozen=True, slots=True)
class BinanceCandles:
    """`/api/v3/klines`, which has all our intervals; weeks begin on Mondays there too."""

    base_url: str
    descriptor: Descriptor = BINANCE_CANDLES

    def serves(self, request: CandleRequest) -> bool:
        """Return whether the token trades there."""
        return self.descriptor.id in request.markets

    def cost(self, request: CandleRequest) -> int:
        """Return the weight, which does not depend on how many are asked for."""
        return WEIGHT

    async def fetch(self, http: Http, request: CandleRequest, key: str | None) -> Payload:
        """Ask for the first thousand candles of the range.

        Raises:
            NotListedError: the symbol is unknown.
            UpstreamError: there was no usable answer.

        Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints
        """
        asked = {
            "symbol": request.markets[self.descriptor.id].name,
            "interval": request.interval,
            "startTime": f"{request.start.timestamp() * 1000:.0f}",
            # Inclusive, and compared with the opening times.
            "endTime": f"{request.end.timestamp() * 1000 - 1:.0f}",
            "limit": str(min(MOST, request.count)),
        }
        try:
            return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}/api/v3/klines", asked)])
        except UpstreamError as error:
            raise unlisted(error, "Invalid symbol") from error

    def normalise(self, payload: Payload, request: CandleRequest, *, fetched_at: datetime) -> list[CandleRecord]:
        """Reduce klines to candles, oldest first; the one that is not over is open.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.
        """
        return candles_in(self.descriptor.id, payload, request, _rows, fetched_at=fetched_at)


def _rows(body: JsonValue) -> Iterator[Row]:
    return rows_named(body, _CELLS)
