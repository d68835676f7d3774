"""CoinGecko's OHLC: no volume, half hours or four hours as it likes, stamped at their end. The last resort.

`/market_chart` has a price for each hour or day but no highs and lows, so no candle can be made of it that would be one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.core.errors import UpstreamError
from shared.providers import numbers
from shared.providers.asking import Call, ask_all
from shared.providers.candle_requests import CandleRequest
from shared.providers.contract import Descriptor, Http, Payload
from shared.providers.moments import moment_of
from shared.providers.numbers import JsonValue, Row
from shared.records.candles import INTERVALS, CandleRecord, Interval

from .candle_rows import NO_NUMBER, candles_in, rows_named, unlisted
from .coingecko import FREE, PRO

PRO_CANDLES = replace(PRO, kind="candles", rank=4)
FREE_CANDLES = replace(FREE, kind="candles", rank=5)
_CELLS = ("ends", "open", "high", "low", "close")
_SPANS: dict[Interval, tuple[tuple[int, timedelta], ...]] = {
    "1h": ((1, timedelta(minutes=30)),),
    "4h": ((7, timedelta(hours=4)), (14, timedelta(hours=4)), (30, timedelta(hours=4))),
    "1d": ((7, timedelta(hours=4)), (14, timedelta(hours=4)), (30, timedelta(hours=4))),
}
"""Days that may be asked for, and how long its candles are then; longer spans have candles of four days.
Source: https://docs.coingecko.com/reference/coins-id-ohlc
"""


@dataclass(frozen=True, slots=True)
class CoinGeckoCandles:
    """`/coins/{id}/ohlc` of both CoinGeckos."""

    base_url: str
    descriptor: Descriptor

    def serves(self, request: CandleRequest) -> bool:
        """Return whether it knows the token, and has candles of that interval and age."""
        return self.descriptor.id in request.markets and _span(request) is not None

    def cost(self, request: CandleRequest) -> int:
        """Return the one call."""
        return 1

    async def fetch(self, http: Http, request: CandleRequest, key: str | None) -> Payload:
        """Ask for the fewest days that hold the range.

        Raises:
            NotListedError: the token is unknown.
            UpstreamError: there was no usable answer.

        Source: https://docs.coingecko.com/reference/coins-id-ohlc
        """
        header = "x-cg-pro-api-key" if self.descriptor.id == PRO.id else "x-cg-demo-api-key"
        days, _ = _span(request) or (30, timedelta())
        url = f"{self.base_url}/coins/{request.markets[self.descriptor.id].name}/ohlc"
        asked = {"vs_currency": "usd", "days": str(days), "precision": "full"}
        try:
            return await ask_all(http, [Call(self.descriptor.id, url, asked, {header: key} if key else {}, key)])
        except UpstreamError as error:
            raise unlisted(error, "coin not found", "Could not find coin") from error

    def normalise(self, payload: Payload, request: CandleRequest, *, fetched_at: datetime) -> list[CandleRecord]:
        """Reduce the rows to candles of the interval asked for, made of its shorter ones where all of them are there.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.
        """
        _, length = _span(request) or (0, INTERVALS["4h"])

        def rows(body: JsonValue) -> Iterator[Row]:
            return _joined([*rows_named(body, _CELLS)], length, INTERVALS[request.interval])

        return candles_in(self.descriptor.id, payload, request, rows, fetched_at=fetched_at)


def _span(request: CandleRequest) -> tuple[int, timedelta] | None:
    wanted = request.asked_at - request.start
    fitting = (each for each in _SPANS.get(request.interval, ()) if timedelta(days=each[0]) >= wanted)
    return next(fitting, None)


def _joined(rows: Sequence[Row], length: timedelta, interval: timedelta) -> Iterator[Row]:
    """Yield rows of `interval`, each of its full number of rows of `length`; what is incomplete is left out."""
    parts: dict[int, list[Row]] = {}
    for row in sorted(rows, key=lambda row: moment_of(row["ends"])):
        opened = moment_of(row["ends"]) - length
        parts.setdefault(int(opened.timestamp() // interval.total_seconds()), []).append(row)
    for place, held in parts.items():
        if len(held) == interval // length:
            yield _one(held, place * int(interval.total_seconds()))


def _one(held: Sequence[Row], opened: int) -> Row:
    highs = [numbers.number(row, "high") or NO_NUMBER for row in held]
    lows = [numbers.number(row, "low") or NO_NUMBER for row in held]
    return {
        "time": opened,
        "open": held[0]["open"],
        "high": max(highs),
        "low": min(lows),
        "close": held[-1]["close"],
    }
