"""Binance's wire format: every number of the market a string, dead symbols kept with price 0 and count 0.

Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints, checked against recorded answers.
"""

import json
from zlib import crc32

from sandbox.binance_pairs import Pair, dead_symbols, pairs
from sandbox.snapshot import DAY
from sandbox.view import View
from sandbox.wire import Answer, Asked, answer_json, quoted

_ZEROS = """
priceChange priceChangePercent weightedAvgPrice prevClosePrice lastPrice lastQty bidPrice bidQty askPrice askQty openPrice highPrice
lowPrice volume quoteVolume
"""
_DEAD_SINCE = 1_594_000_000
_FORM = "%.8f"


def ticker_24hr(view: View, asked: Asked) -> Answer:
    """Answer /api/v3/ticker/24hr: all symbols, or the one asked for."""
    rows = {pair.symbol: _ticker(pair, view.said_at) for pair in pairs(view)}
    rows |= {symbol: _dead(symbol) for symbol in dead_symbols(view) if symbol not in rows}
    return _one_or_all(rows, asked)


def ticker_price(view: View, asked: Asked) -> Answer:
    """Answer /api/v3/ticker/price; dead symbols are not in it."""
    rows = {pair.symbol: f'{{"symbol":"{pair.symbol}","price":{quoted(pair.last, _FORM)}}}' for pair in pairs(view)}
    return _one_or_all(rows, asked)


def time(view: View, asked: Asked) -> Answer:
    """Answer /api/v3/time."""
    return answer_json({"serverTime": view.said_at * 1000})


def exchange_info(view: View, asked: Asked) -> Answer:
    """Answer /api/v3/exchangeInfo: limits, and which pairs trade."""
    limit = {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000}
    answer = {"timezone": "UTC", "serverTime": view.said_at * 1000, "rateLimits": [limit], "exchangeFilters": []}
    return answer_json({**answer, "symbols": [_described(pair) for pair in pairs(view)]})


def _described(pair: Pair) -> dict[str, object]:
    return {
        "symbol": pair.symbol,
        "status": "TRADING",
        "baseAsset": pair.base,
        "baseAssetPrecision": 8,
        "quoteAsset": pair.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "isSpotTradingAllowed": True,
        "filters": [{"filterType": "PRICE_FILTER", "tickSize": f"{pair.tick:.8f}"}],
        "permissions": ["SPOT"],
    }


def _ticker(pair: Pair, said_at: int) -> str:
    last, opened, volume = pair.last, pair.open, pair.volume
    average = (opened + last) / 2.0
    count = 1 + int(min(volume * opened, 5.0e9) / 800.0)
    closes = said_at * 1000 - pair.first_id % 900
    return (
        f'{{"symbol":"{pair.symbol}","priceChange":{quoted(last - opened, _FORM)},'
        f'"priceChangePercent":{quoted((last / opened - 1.0) * 100.0, "%.3f")},"weightedAvgPrice":{quoted(average, _FORM)},'
        f'"prevClosePrice":{quoted(opened, _FORM)},"lastPrice":{quoted(last, _FORM)},"lastQty":"{volume / count:.8f}",'
        f'"bidPrice":{quoted(last - pair.tick, _FORM)},"bidQty":"{volume / 900:.8f}",'
        f'"askPrice":{quoted(last + pair.tick, _FORM)},"askQty":"{volume / 1100:.8f}","openPrice":{quoted(opened, _FORM)},'
        f'"highPrice":{quoted(pair.high, _FORM)},"lowPrice":{quoted(pair.low, _FORM)},"volume":"{volume:.8f}",'
        f'"quoteVolume":{quoted(volume * average, _FORM)},"openTime":{closes - DAY * 1000},"closeTime":{closes},'
        f'"firstId":{pair.first_id},"lastId":{pair.first_id + count - 1},"count":{count}}}'
    )


def _dead(symbol: str) -> str:
    closes = (_DEAD_SINCE + crc32(symbol.encode()) % 90_000_000) * 1000
    zeros = dict.fromkeys(_ZEROS.split(), "0.00000000") | {"priceChangePercent": "0.000"}
    times = {"openTime": closes - DAY * 1000, "closeTime": closes, "firstId": -1, "lastId": -1, "count": 0}
    return json.dumps({"symbol": symbol, **zeros, **times}, separators=(",", ":"))


def _one_or_all(rows: dict[str, str], asked: Asked) -> Answer:
    symbol = asked.query.get("symbol")
    if symbol is None:
        return Answer(f"[{','.join(rows.values())}]".encode())
    if symbol not in rows:
        return answer_json({"code": -1121, "msg": "Invalid symbol."}, 400)
    return Answer(rows[symbol].encode())
