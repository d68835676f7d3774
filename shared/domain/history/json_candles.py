"""Candles out of JSON: Binance's own arrays, or objects with names like `t, o, h, l, c, v`."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO

from shared.records.candles import CandleRecord

from .asking import Ask
from .candle_rows import CandleRows
from .json_items import items
from .layouts import BINANCE, GENERIC, KLINE, columns_of, missing_in
from .refusals import BadRow, Tally
from .series import without_newest


def read_klines(stream: BinaryIO, ask: Ask, tally: Tally) -> Iterator[CandleRecord]:
    """Yield candles of arrays as Binance answers them; the newest is left out unless the caller knows it to be over.

    Raises:
        FileRefusedError: it is something else, or a row is bad and not to be skipped.

    Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#klinecandlestick-data
    """
    rows = CandleRows(BINANCE, columns_of(BINANCE, KLINE), ask, tally)
    candles = _candles(rows, items(stream, tally), tally, KLINE)
    return candles if ask.finished else without_newest(candles, tally)


def read_objects(stream: BinaryIO, ask: Ask, tally: Tally) -> Iterator[CandleRecord]:
    """Yield candles of objects whose members are called as the columns of a generic CSV are.

    Raises:
        FileRefusedError: it is something else, or a row is bad and not to be skipped.
    """
    found = items(stream, tally)
    place, first = next(found, (1, None))
    if not isinstance(first, dict):
        raise tally.refuse_all("holds no objects", code="no_list")
    header = list(first)
    if missing := missing_in(GENERIC, header):
        raise tally.refuse_all(f"has no member for {', '.join(missing)}", code="columns")
    rows = CandleRows(GENERIC, columns_of(GENERIC, header), ask, tally)
    candles = _candles(rows, chain([(place, first)], found), tally, header)
    return candles if ask.finished else without_newest(candles, tally)


def _candles(
    rows: CandleRows, found: Iterable[tuple[int, Any]], tally: Tally, header: Sequence[str]
) -> Iterator[CandleRecord]:
    for place, item in found:
        tally.read += 1
        try:
            candle = rows.candle(_row(item, header))
        except BadRow as why:
            tally.refuse(place, why)
            continue
        if candle is not None:
            yield candle


def _row(item: Any, header: Sequence[str]) -> list[str]:
    if isinstance(item, dict):
        if item.keys() != set(header):
            raise BadRow("columns", f"{', '.join(map(str, item))[:60]}")
        item = [item[name] for name in header]
    if not isinstance(item, list) or len(item) != len(header):
        raise BadRow("columns", f"{str(item)[:60]}")
    return [value if isinstance(value, str) else _text(value) for value in item]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
