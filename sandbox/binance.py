"""Binance's wire format: every number of the market a string, dead symbols kept with price 0 and count 0.

Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints, checked against recorded answers.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from sandbox.known import DEAD_PAIRS
from sandbox.snapshot import DAY
from sandbox.view import View
from sandbox.wire import Answer, Asked, answer_json, quoted

_BTC_PAIRS = 60  # the best placed bases are also traded against bitcoin
_MONEY_FIELDS = (
    "priceChange",
    "priceChangePercent",
    "weightedAvgPrice",
    "prevClosePrice",
    "lastPrice",
    "lastQty",
    "bidPrice",
    "bidQty",
    "askPrice",
    "askQty",
    "openPrice",
    "highPrice",
    "lowPrice",
    "volume",
    "quoteVolume",
)
_DEAD_SINCE = 1_594_000_000


@dataclass(frozen=True, slots=True)
class _Pair:
    """One traded pair; prices in the quote asset, volumes in both."""

    base: str
    quote: str
    last: float
    open: float
    high: float
    low: float
    volume: float
    stamp: int


def ticker_24hr(view: View, asked: Asked) -> Answer:
    """Answer /api/v3/ticker/24hr: all symbols, or the one asked for."""
    rows = {pair.base + pair.quote: _ticker(pair, view.said_at) for pair in _pairs(view)}
    rows |= {symbol: _dead(symbol) for symbol in dead_symbols(view) if symbol not in rows}
    return _one_or_all(rows, asked)


def ticker_price(view: View, asked: Asked) -> Answer:
    """Answer /api/v3/ticker/price; dead symbols are not in it."""
    rows = {pair.base + pair.quote: _price(pair) for pair in _pairs(view)}
    return _one_or_all(rows, asked)


def time(view: View, asked: Asked) -> Answer:
    """Answer /api/v3/time."""
    return answer_json({"serverTime": view.said_at * 1000})


def exchange_info(view: View, asked: Asked) -> Answer:
    """Answer /api/v3/exchangeInfo: limits, and which pairs trade."""
    limit = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000}
    symbols = [
        {
            "symbol": pair.base + pair.quote,
            "status": "TRADING",
            "baseAsset": pair.base,
            "baseAssetPrecision": 8,
            "quoteAsset": pair.quote,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "isSpotTradingAllowed": True,
            "permissions": ["SPOT"],
        }
        for pair in _pairs(view)
    ]
    answer = {"timezone": "UTC", "serverTime": view.said_at * 1000, "rateLimits": [limit], "exchangeFilters": []}
    return answer_json({**answer, "symbols": symbols})


def dead_symbols(view: View) -> list[str]:
    """Return the symbols that no longer trade: some of long ago, and those of tokens delisted since."""
    listed = set(view.order.tolist())
    gone = [token.binance for position, token in enumerate(view.tokens) if token.binance and position not in listed]
    return [*DEAD_PAIRS, *(f"{base}USDT" for base in gone)]


def _pairs(view: View) -> Iterator[_Pair]:
    at = view.order
    columns = [
        array[at].tolist() for array in (view.price, view.price / (1.0 + view.change(DAY) / 100.0), view.high, view.low)
    ]
    volumes = (view.volume[at] * 0.2 / view.honest[at]).tolist()
    tokens = [view.tokens[position] for position in at]
    dollar = view.snapshot.market.index.get("tether")
    # Prices are in tether, which is not exactly a dollar.
    tether = 1.0 if dollar is None else float(view.snapshot.price[dollar])
    for token, last, opened, high, low, volume in zip(tokens, *columns, volumes, strict=True):
        prices = (last / tether, opened / tether, high / tether, low / tether)
        yield _Pair(token.binance or "", "USDT", *prices, volume, crc32(token.id.encode()))
    yield from _against_bitcoin(view)


def _against_bitcoin(view: View) -> Iterator[_Pair]:
    bitcoin = view.snapshot.market.index.get("bitcoin")
    if bitcoin is None:
        return
    price = float(view.honest[bitcoin])
    bases = [
        position
        for position in view.order[:_BTC_PAIRS].tolist()
        if position != bitcoin and not view.tokens[position].stable
    ]
    for position in bases:
        token, last = view.tokens[position], float(view.price[position]) / price
        volume = 0.01 * float(view.volume[position]) / float(view.honest[position])
        yield _Pair(
            token.binance or "", "BTC", last, last * 1.001, last * 1.012, last * 0.985, volume, crc32(token.id.encode())
        )


def _ticker(pair: _Pair, said_at: int) -> str:
    digits = _digits(pair.last)
    form = f"%.{digits}f"
    opened = pair.open if np.isfinite(pair.open) else pair.last
    average, tick = (opened + pair.last) / 2.0, 10.0**-digits
    count = 1 + int(min(pair.volume * pair.last, 5.0e9) / 800.0) if pair.last == pair.last else 1
    closes = said_at * 1000 - pair.stamp % 900
    change = (pair.last / opened - 1.0) * 100.0
    volume = round(pair.volume, 2)
    return (
        f'{{"symbol":"{pair.base}{pair.quote}","priceChange":{quoted(pair.last - opened, "%.8f")},'
        f'"priceChangePercent":{quoted(change, "%.3f")},"weightedAvgPrice":{quoted(average, "%.8f")},'
        f'"prevClosePrice":{_padded(opened, form)},"lastPrice":{_padded(pair.last, form)},"lastQty":"{volume / count:.8f}",'
        f'"bidPrice":{_padded(pair.last - tick, form)},"bidQty":"{volume / 900:.8f}","askPrice":{_padded(pair.last + tick, form)},'
        f'"askQty":"{volume / 1100:.8f}","openPrice":{_padded(opened, form)},"highPrice":{_padded(pair.high, form)},'
        f'"lowPrice":{_padded(pair.low, form)},"volume":"{volume:.8f}","quoteVolume":{quoted(volume * average, "%.8f")},'
        f'"openTime":{closes - DAY * 1000},"closeTime":{closes},"firstId":{pair.stamp},"lastId":{pair.stamp + count - 1},'
        f'"count":{count}}}'
    )


def _dead(symbol: str) -> str:
    closes = (_DEAD_SINCE + crc32(symbol.encode()) % 90_000_000) * 1000
    zeros = dict.fromkeys(_MONEY_FIELDS, "0.00000000") | {"priceChangePercent": "0.000"}
    times = {"openTime": closes - DAY * 1000, "closeTime": closes, "firstId": -1, "lastId": -1, "count": 0}
    return json.dumps({"symbol": symbol, **zeros, **times}, separators=(",", ":"))


def _price(pair: _Pair) -> str:
    return f'{{"symbol":"{pair.base}{pair.quote}","price":{_padded(pair.last, f"%.{_digits(pair.last)}f")}}}'


def _digits(price: float) -> int:
    """How many decimals the pair's tick size leaves: two for a bitcoin, eight for the smallest."""
    return 2 if price >= 100.0 else 4 if price >= 1.0 else 6 if price >= 0.01 else 8


def _padded(price: float, form: str) -> str:
    """Round to the tick, then write eight decimals, as Binance does."""
    return quoted(float(form % price), "%.8f") if price == price else "null"


def _one_or_all(rows: dict[str, str], asked: Asked) -> Answer:
    symbol = asked.query.get("symbol")
    if symbol is None:
        return Answer(f"[{','.join(rows.values())}]".encode())
    if symbol not in rows:
        return answer_json({"code": -1121, "msg": "Invalid symbol."}, 400)
    return Answer(rows[symbol].encode())
