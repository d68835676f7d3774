"""KuCoin's wire format: an envelope whose code is text, and errors with HTTP 200.

Source: https://www.kucoin.com/docs-new/rest/spot-trading/market-data, checked against recorded answers.
"""

from typing import Any

from sandbox.books import Side, book_at, tick_of
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.tickers import dollars_per_tether, ticked, written
from sandbox.venues import listed
from sandbox.wire import Answer, Asked, answer_json

_MOST = 100


def symbols(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v2/symbols."""
    return _enveloped(
        [
            {
                "symbol": f"{symbol}-USDT",
                "name": f"{symbol}-USDT",
                "baseCurrency": symbol,
                "quoteCurrency": "USDT",
                "market": "USDS",
                "baseMinSize": "0.0001",
                "quoteMinSize": "0.1",
                "enableTrading": token.delisted_at is None or scene.seconds < token.delisted_at,
            }
            for symbol, token in listed(scene.market, "kucoin").items()
            if symbol != "USDT"
        ]
    )


def book(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v1/market/orderbook/level2_100."""
    pair = asked.query.get("symbol", "")
    token = listed(scene.market, "kucoin").get(pair.removesuffix("-USDT"))
    if token is None or not pair.endswith("-USDT"):
        return answer_json({"code": "400100", "msg": "symbol not exist"})
    position, tether = scene.market.index[token.id], dollars_per_tether(scene)
    found = book_at(scene, "kucoin", position, tick=tick_of(float(scene.snapshot.price[position])), tether=tether)
    told = {"time": scene.said_at * 1000, "sequence": str(scene.seconds)}
    return _enveloped({**told, "bids": _written(found.bids), "asks": _written(found.asks)})


def all_tickers(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v1/market/allTickers."""
    rows = [
        {
            "symbol": f"{each.symbol}-USDT",
            "symbolName": f"{each.symbol}-USDT",
            "buy": written(each.last),
            "sell": written(each.last),
            "changeRate": f"{each.share:.4f}",
            "changePrice": f"{(each.last or each.open) - each.open:.10f}",
            "high": written(each.high),
            "low": written(each.low),
            "vol": f"{each.volume:.8f}",
            "volValue": f"{each.turnover:.8f}",
            "last": written(each.last),
            "averagePrice": written((each.open + (each.last or each.open)) / 2.0),
        }
        for each in ticked(scene, "kucoin", tether=dollars_per_tether(scene))
        if each.symbol != "USDT"
    ]
    return _enveloped({"time": scene.said_at * 1000, "ticker": rows})


def _written(side: Side) -> list[list[str]]:
    return [[f"{price:.10f}", f"{amount:.8f}"] for price, amount in side[:_MOST]]


def _enveloped(data: Any) -> Answer:
    return answer_json({"code": "200000", "data": data})


STAND = Stand(
    name="kucoin",
    routes={
        "/api/v2/symbols": symbols,
        "/api/v1/market/allTickers": all_tickers,
        "/api/v1/market/orderbook/level2_100": book,
    },
    limited={"code": "429000", "msg": "Too many requests in a short period of time, please retry later"},
    broken={"code": "500000", "msg": "Internal Server Error"},
    missing={"code": "404000", "msg": "Url Not Found"},
    limit=Limit(500, 30),
)
