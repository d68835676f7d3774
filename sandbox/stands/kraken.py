"""Kraken's wire format: always HTTP 200, errors in a list, names of its own, `last` beside the pair.

Source: https://docs.kraken.com/api/docs/rest-api/get-ohlc-data, checked against recorded answers.
"""

import numpy as np

from sandbox.candles import Candles, candles_of, decimals
from sandbox.limits import Limit
from sandbox.snapshot import MINUTE
from sandbox.stand import Scene, Stand
from sandbox.tickers import Ticked, ticked, written
from sandbox.tokens import Token
from sandbox.venues import listed
from sandbox.wire import Answer, Asked, answer_json

_MINUTES = (1, 5, 15, 30, 60, 240, 1440, 10080, 21600)
_MOST = 720
_ASSETS = {
    "BTC": ("XBT", "XXBT"),
    "DOGE": ("XDG", "XXDG"),
    "ETH": ("ETH", "XETH"),
    "LTC": ("LTC", "XLTC"),
    "XRP": ("XRP", "XXRP"),
}


def asset_pairs(scene: Scene, asked: Asked) -> Answer:
    """Answer /0/public/AssetPairs: pairs in dollars, and some in euros."""
    result = {}
    for symbol, token in listed(scene.market, "kraken").items():
        for currency in ("USD", "EUR") if token.place <= 20 else ("USD",):
            result[key_of(symbol, currency)] = _pair(scene, symbol, token, currency)
    return answer_json({"error": [], "result": result})


def ohlc(scene: Scene, asked: Asked) -> Answer:
    """Answer /0/public/OHLC: the newest 720 at most, the last one open; minutes without trades repeat the price."""
    minutes = asked.integer("interval", 1)
    found = market_named(scene, asked.query.get("pair", ""))
    if found is None:
        return answer_json({"error": ["EQuery:Unknown asset pair"]})
    if minutes not in _MINUTES:
        return answer_json({"error": ["EGeneral:Invalid arguments"]})
    symbol, token = found
    interval = minutes * MINUTE
    newest = scene.seconds // interval * interval
    since = asked.integer("since", 0)
    first = max(newest - (_MOST - 1) * interval, (since // interval + 1) * interval)
    candles = candles_of(scene, "kraken", token, interval, first, _MOST)
    rows = [] if candles is None else _rows(candles, decimals(token))
    return answer_json({"error": [], "result": {key_of(symbol, "USD"): rows, "last": newest - interval}})


def ticker(scene: Scene, asked: Asked) -> Answer:
    """Answer /0/public/Ticker: all pairs in dollars, or those asked for; version 1 of the names has a slash."""
    wanted = {name for name in asked.query.get("pair", "").split(",") if name}
    slashed = asked.query.get("assetVersion") == "1"
    pairs = {
        f"{each.symbol}/USD" if slashed else key_of(each.symbol, "USD"): _ticker(each)
        for each in ticked(scene, "kraken")
    }
    if wanted - pairs.keys():
        return answer_json({"error": ["EQuery:Unknown asset pair"]})
    return answer_json({"error": [], "result": {name: pairs[name] for name in wanted or pairs}})


def _ticker(pair: Ticked) -> dict[str, object]:
    last, volume = written(pair.last), f"{pair.volume:.8f}"
    average, trades = written((pair.open + (pair.last or pair.open)) / 2.0), 1 + int(pair.volume) % 10_000
    return {
        "a": [last, "1", "1.000"],
        "b": [last, "1", "1.000"],
        "c": [last, "0.10000000"],
        "v": [volume, volume],
        "p": [average, average],
        "t": [trades, trades],
        "l": [written(pair.low)] * 2,
        "h": [written(pair.high)] * 2,
        "o": written(pair.open),
    }


def _rows(found: Candles, digits: int) -> list[list[object]]:
    columns = (found.opened, found.open, found.high, found.low, found.close, found.volume, found.trades)
    return [
        [
            opened,
            *(_written(price, digits) for price in (o, h, low, c, (o + c) / 2 if volume else 0.0)),
            f"{volume:.8f}",
            trades,
        ]
        for opened, o, h, low, c, volume, trades in zip(*(each.tolist() for each in columns), strict=True)
    ]


def _written(price: float, digits: int) -> str | None:
    return f"{price:.{digits}f}" if np.isfinite(price) else None


def market_named(scene: Scene, pair: str) -> tuple[str, Token] | None:
    """Return symbol and token of a pair in dollars, by its key or its other name."""
    for symbol, token in listed(scene.market, "kraken").items():
        if pair in (key_of(symbol, "USD"), f"{_short(symbol)}USD"):
            return symbol, token
    return None


def _short(symbol: str) -> str:
    return _ASSETS.get(symbol, (symbol, symbol))[0]


def key_of(symbol: str, currency: str) -> str:
    """Return the name under which a pair stands in answers."""
    short, long = _ASSETS.get(symbol, (symbol, symbol))
    return f"{long}Z{currency}" if long != short else f"{short}{currency}"


def _pair(scene: Scene, symbol: str, token: Token, currency: str) -> dict[str, object]:
    trades = token.delisted_at is None or scene.seconds < token.delisted_at
    return {
        "altname": f"{_short(symbol)}{currency}",
        "wsname": f"{_short(symbol)}/{currency}",
        "aclass_base": "currency",
        "base": _ASSETS.get(symbol, (symbol, symbol))[1],
        "aclass_quote": "currency",
        "quote": f"Z{currency}",
        "pair_decimals": decimals(token),
        "lot_decimals": 8,
        "lot_multiplier": 1,
        "status": "online" if trades else "cancel_only",
    }


KRAKEN = Stand(
    name="kraken",
    routes={"/0/public/AssetPairs": asset_pairs, "/0/public/OHLC": ohlc, "/0/public/Ticker": ticker},
    limited={"error": ["EAPI:Rate limit exceeded"]},
    broken={"error": ["EService:Unavailable"]},
    missing={"error": ["EGeneral:Unknown method"]},
    limit=Limit(60, 60),
)
