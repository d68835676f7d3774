"""Prices at moments, as CoinGecko's site exports them and its `market_chart` answers them."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, BinaryIO

from shared.core.errors import InvalidParameterError
from shared.domain.candles.checking import EARLIEST, HIGHEST_PRICE, LOWEST_PRICE, SKEW
from shared.records.points import PricePoint

from .asking import Ask
from .csv_rows import sheet_of
from .json_items import document
from .numbers import number, optional
from .refusals import BadRow, Tally
from .series import Order
from .times import TimeColumn

EXPORT = ("snapped_at", "price", "market_cap", "total_volume")
"""Columns of the export of CoinGecko's site; the id of the coin is not among them."""
CHART = ("prices", "market_caps", "total_volumes")
_PROVIDER = "coingecko"


def read_export(stream: BinaryIO, ask: Ask, tally: Tally) -> Iterator[PricePoint]:
    """Yield the points of an export.

    Raises:
        FileRefusedError: it is something else, or a row is bad and not to be skipped.
        InvalidParameterError: nobody says whose prices they are.
    """
    sheet, rows = sheet_of(stream, tally), _PointRows(ask, tally)
    if tuple(name.strip().lower() for name in sheet.header) != EXPORT:
        raise tally.refuse_all(f"has other columns than {', '.join(EXPORT)}", code="columns", line=1)
    for line, (time, price, cap, volume) in sheet.rows:
        yield from rows.points(line, time, price, cap, volume)


def read_chart(stream: BinaryIO, ask: Ask, tally: Tally) -> Iterator[PricePoint]:
    """Yield the points of an answer of `market_chart`, by time: its last one is sometimes out of order.

    Raises:
        FileRefusedError: it is something else, or a point is bad and not to be skipped.
        InvalidParameterError: nobody says whose prices they are.

    Source: https://docs.coingecko.com/reference/coins-id-market-chart
    """
    rows = _PointRows(ask, tally)
    prices, caps, volumes = _lists(document(stream, tally), tally)
    known_caps, known_volumes = _by_time(caps), _by_time(volumes)
    for place, pair in sorted(enumerate(prices, 1), key=lambda each: _time_of(each[1])):
        if not isinstance(pair, list) or len(pair) != 2:
            tally.refuse(place, BadRow("columns", str(pair)[:60]))
            continue
        time = str(pair[0])
        yield from rows.points(place, time, str(pair[1]), known_caps.get(time, ""), known_volumes.get(time, ""))


def _lists(answer: Any, tally: Tally) -> list[list[Any]]:
    told = [answer.get(name) for name in CHART] if isinstance(answer, dict) else []
    found = [series for series in told if isinstance(series, list)]
    if len(found) != len(CHART):
        raise tally.refuse_all(f"is no object with {', '.join(CHART)}", code="columns")
    return found


def _by_time(series: list[Any]) -> Mapping[str, str]:
    pairs = (pair for pair in series if isinstance(pair, list) and len(pair) == 2)
    return {str(time): "" if value is None else str(value) for time, value in pairs}


def _time_of(pair: Any) -> int:
    time = str(pair[0]) if isinstance(pair, list) and pair else ""
    return int(time) if time.isdecimal() else 0


class _PointRows:
    def __init__(self, ask: Ask, tally: Tally) -> None:
        if ask.token is None:
            raise InvalidParameterError("token", f"{tally.file} does not say whose prices it holds: give --token")
        self._token = ask.token
        self._latest = ask.known_at + SKEW
        self._provider = ask.provider or _PROVIDER
        self._tally = tally
        self._times = TimeColumn()
        self._order = Order()

    def points(self, line: int, time: str, price: str, cap: str, volume: str) -> Iterator[PricePoint]:
        """Yield a row's point, if it has a good one that is new."""
        self._tally.read += 1
        try:
            point = self._point(time, price, cap, volume)
            said = (point.price_usd, point.market_cap_usd, point.volume_24h_usd)
            if self._order.admits(None, point.observed_at, said):
                yield point
            else:
                self._tally.repeated += 1
        except BadRow as why:
            self._tally.refuse(line, why)

    def _point(self, time: str, price: str, cap: str, volume: str) -> PricePoint:
        observed_at = self._times.read(time)
        if not EARLIEST <= observed_at <= self._latest:
            raise BadRow("future" if observed_at > EARLIEST else "impossible_time", repr(time))
        price_usd = number(price)
        if not LOWEST_PRICE <= price_usd <= HIGHEST_PRICE:
            raise BadRow("bad_price", price)
        return PricePoint(
            token_id=self._token,
            observed_at=observed_at,
            price_usd=price_usd,
            market_cap_usd=_known(cap),
            volume_24h_usd=_known(volume),
            provider=self._provider,
        )


def _known(text: str) -> Decimal | None:
    """Return an amount; nothing and zero both stand for no knowledge of it."""
    amount = optional(text)
    if amount is not None and amount < 0:
        raise BadRow("negative_volume", text)
    return amount or None
