"""Candles in the wire formats of Binance and CoinGecko, whose other answers stand in modules of their own.

Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints (klines)
Source: https://docs.coingecko.com/reference/coins-id-ohlc and coins-id-market-chart, checked against recorded answers.
"""

import numpy as np

from sandbox.candles import Candles, candles_of, decimals
from sandbox.mispricing import skew_of
from sandbox.snapshot import DAY, HOUR, MINUTE
from sandbox.stand import Scene
from sandbox.tokens import Token
from sandbox.tracks import track
from sandbox.wire import Answer, Asked, answer_json

_INTERVALS = {
    "1m": MINUTE,
    "3m": 3 * MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "30m": 30 * MINUTE,
    "1h": HOUR,
    "2h": 2 * HOUR,
    "4h": 4 * HOUR,
    "6h": 6 * HOUR,
    "12h": 12 * HOUR,
    "1d": DAY,
    "1w": 7 * DAY,
}
_MOST = 1000


def klines(scene: Scene, asked: Asked) -> Answer:
    """Answer Binance's /api/v3/klines of pairs in tethers: without a start the newest ones."""
    tokens = {f"{token.binance}USDT": token for token in scene.market.tokens if token.binance}
    token, interval = tokens.get(asked.query.get("symbol", "")), _INTERVALS.get(asked.query.get("interval", ""))
    if token is None or token.symbol == "usdt":
        return answer_json({"code": -1121, "msg": "Invalid symbol."}, 400)
    if interval is None:
        return answer_json({"code": -1120, "msg": "Invalid interval."}, 400)
    count = min(_MOST, asked.integer("limit", 500))
    end = min(asked.integer("endTime", scene.seconds * 1000) // 1000, scene.seconds)
    start = -(-asked.integer("startTime", (end - interval * (count - 1)) * 1000) // 1000)
    if "startTime" not in asked.query:
        start = start // interval * interval
    count = min(count, max(0, (end - start) // interval + 1))
    found = candles_of(scene, "binance", token, interval, start, count)
    return Answer(f"[{','.join(_klines(found, interval, decimals(token)))}]".encode())


def ohlc(scene: Scene, asked: Asked) -> Answer:
    """Answer CoinGecko's /coins/{id}/ohlc: half hours for a day, four hours up to a month, then four days; stamped at their end."""
    token = _token(scene, asked)
    if token is None:
        return answer_json({"error": "coin not found"}, 404)
    if "vs_currency" not in asked.query or "days" not in asked.query:
        return answer_json({"status": 500, "error": "Internal Server Error"}, 500)
    days = asked.integer("days", 365)
    interval = 30 * MINUTE if days <= 1 else 4 * HOUR if days <= 30 else 4 * DAY
    first = scene.seconds - days * DAY
    found = candles_of(scene, "coingecko", token, interval, first, days * DAY // interval + 1)
    return answer_json([] if found is None else _prices(found, interval))


def market_chart(scene: Scene, asked: Asked) -> Answer:
    """Answer CoinGecko's /coins/{id}/market_chart: prices, capitalisations and volumes, the last point off the grid."""
    token = _token(scene, asked)
    if token is None:
        return answer_json({"error": "coin not found"}, 404)
    if "vs_currency" not in asked.query or "days" not in asked.query:
        return answer_json(
            {"error": "Missing parameter " + ("days" if "vs_currency" in asked.query else "vs_currency")}, 422
        )
    days = asked.integer("days", 365)
    step = 5 * MINUTE if days <= 1 else HOUR if days <= 90 and asked.query.get("interval") != "daily" else DAY
    first = -(-(scene.seconds - days * DAY) // step) * step
    times = np.append(np.arange(first, scene.seconds, step), scene.seconds)
    position = scene.market.index[token.id]
    prices = track(scene.market, position, times)
    shown = np.isfinite(prices)
    stamps = ((times[shown] + skew_of(scene.fault)) * 1000).tolist()
    supply, turnover = token.circulating or 0.0, float(scene.market.traits.turnover[position])
    columns = {"prices": prices[shown], "market_caps": prices[shown] * supply}
    columns["total_volumes"] = columns["market_caps"] * turnover
    return answer_json(
        {name: [list(pair) for pair in zip(stamps, column.tolist(), strict=True)] for name, column in columns.items()}
    )


def _klines(found: Candles | None, interval: int, digits: int) -> list[str]:
    if found is None:
        return []
    columns = (found.opened, found.open, found.high, found.low, found.close, found.volume, found.turnover, found.trades)
    return [
        f'[{opened * 1000},{_quoted(o)},{_quoted(h)},{_quoted(low)},{_quoted(c)},"{volume:.8f}",'
        f'{(opened + interval) * 1000 - 1},"{turnover:.8f}",{trades},"{volume * 0.5:.8f}","{turnover * 0.5:.8f}","0"]'
        for opened, o, h, low, c, volume, turnover, trades in zip(*(each.tolist() for each in columns), strict=True)
    ]


def _quoted(price: float) -> str:
    return f'"{price:.8f}"' if np.isfinite(price) else "null"


def _prices(found: Candles, interval: int) -> list[list[float | None]]:
    columns = ((found.opened + interval) * 1000, found.open, found.high, found.low, found.close)
    rows = zip(*(each.tolist() for each in columns), strict=True)
    return [[value if np.isfinite(value) else None for value in row] for row in rows]


def _token(scene: Scene, asked: Asked) -> Token | None:
    position = scene.market.index.get(asked.captured["id"])
    return None if position is None else scene.market.tokens[position]
