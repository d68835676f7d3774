"""CryptoCompare's index CADLI: prices in dollars over all venues that it judges sound, known by symbols alone.

An index and no venue: its opening price is the closing price before, and its volume, in tokens and in dollars, is that of all
its venues together. So it comes after the venues, and before the aggregator that has no volumes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.core.errors import NotListedError, RefusedError, UpstreamError
from shared.providers import numbers
from shared.providers.asking import Call, ask_all
from shared.providers.candle_requests import CandleRequest
from shared.providers.contract import DAY_S, MINUTE_S, MONTH_S, Descriptor, Http, Limit, Payload
from shared.providers.numbers import JsonValue, Row
from shared.records.candles import INTERVALS, CandleRecord, Interval

from .candle_rows import candles_in

CRYPTOCOMPARE_CANDLES = Descriptor(
    id="cryptocompare",
    family="cryptocompare",
    kind="candles",
    rank=3,
    default_url="https://data-api.cryptocompare.com",
    url_setting="CRYPTOCOMPARE_URL",
    key_need="optional",
    key_setting="CRYPTOCOMPARE_KEY",
    # What a recorded answer said that it allows those without a plan.
    limits=(Limit(300, MINUTE_S, "free"), Limit(7_500, DAY_S, "free"), Limit(50_000, MONTH_S, "free")),
    limits_setting="CRYPTOCOMPARE_LIMITS",
)
MOST = 2000
_PATHS: dict[Interval, str] = {"1m": "minutes", "1h": "hours", "1d": "days"}
_MINUTES_KEPT = 7 * 24 * 60
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class CryptoCompareCandles:
    """`/index/cc/v1/historical/{minutes,hours,days}`."""

    base_url: str
    descriptor: Descriptor = CRYPTOCOMPARE_CANDLES

    def serves(self, request: CandleRequest) -> bool:
        """Return whether it has the token, the interval and candles of that age."""
        kept = request.interval != "1m" or request.age < _MINUTES_KEPT
        return self.descriptor.id in request.markets and request.interval in _PATHS and kept

    def cost(self, request: CandleRequest) -> int:
        """Return the one call."""
        return 1

    async def fetch(self, http: Http, request: CandleRequest, key: str | None) -> Payload:
        """Ask for the first candles of the range, 2,000 at most.

        Raises:
            NotListedError: the index does not have the token, or did not then.
            UpstreamError: there was no usable answer.

        Source: https://developers.coindesk.com/documentation/data-api/index_cc_v1_historical_hours
        """
        count = min(MOST, request.count)
        last = min(request.start + INTERVALS[request.interval] * count, request.end)
        asked = {
            "market": "cadli",
            "instrument": request.markets[self.descriptor.id].name,
            "limit": str(count),
            # The last candle is the one that this moment falls into.
            "to_ts": str(int(last.timestamp()) - 1),
            "fill": "false",
        }
        url = f"{self.base_url}/index/cc/v1/historical/{_PATHS[request.interval]}"
        headers = {"authorization": f"Apikey {key}"} if key else {}
        try:
            return await ask_all(http, [Call(self.descriptor.id, url, asked, headers, key)])
        except RefusedError as error:
            raise _unlisted(error) from error

    def normalise(self, payload: Payload, request: CandleRequest, *, fetched_at: datetime) -> list[CandleRecord]:
        """Reduce the answer to candles, oldest first; where the index did not move at all, it repeats itself and says nothing.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.
        """
        return candles_in(self.descriptor.id, payload, request, _rows, fetched_at=fetched_at)


def _rows(body: JsonValue) -> Iterator[Row]:
    for row in numbers.rows_of(body.get("Data") if isinstance(body, dict) else body):
        if row.get("TOTAL_INDEX_UPDATES") != 0:
            named = {name.lower(): row.get(name) for name in ("OPEN", "HIGH", "LOW", "CLOSE", "VOLUME")}
            yield {"time": row.get("TIMESTAMP"), **named, "turnover": row.get("QUOTE_VOLUME")}


def _unlisted(error: RefusedError) -> UpstreamError:
    """Return `NotListedError` where it says that a parameter asks for what it does not have."""
    said = error.http_status == _NOT_FOUND and "parameter" in error.reason
    return NotListedError(error.provider, error.reason) if said else error
