"""OKX's wire format: an envelope whose code is text, one book in a list, and errors with HTTP 200.

Source: https://www.okx.com/docs-v5/en/#order-book-trading-market-data-get-order-book; levels checked against recorded answers.
"""

from typing import Any

from sandbox.books import Side, book_at, tick_of
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.tickers import ticked, written
from sandbox.venues import listed
from sandbox.wire import Answer, Asked, answer_json

_MOST = 400


def instruments(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v5/public/instruments."""
    return _enveloped(
        [
            {
                "instType": "SPOT",
                "instId": f"{symbol}-USD",
                "baseCcy": symbol,
                "quoteCcy": "USD",
                "tickSz": "0.1",
                "lotSz": "0.00000001",
                "state": "live" if token.delisted_at is None or scene.seconds < token.delisted_at else "suspend",
            }
            for symbol, token in listed(scene.market, "okx").items()
        ]
    )


def tickers(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v5/market/tickers."""
    if asked.query.get("instType") != "SPOT":
        return answer_json({"code": "51000", "data": [], "msg": "Parameter instType error"})
    return _enveloped(
        [
            {
                "instType": "SPOT",
                "instId": f"{each.symbol}-USD",
                "last": written(each.last) or "",
                "lastSz": "0.1",
                "askPx": written(each.last) or "",
                "askSz": "1",
                "bidPx": written(each.last) or "",
                "bidSz": "1",
                "open24h": written(each.open),
                "high24h": written(each.high),
                "low24h": written(each.low),
                "volCcy24h": f"{each.turnover:.8f}",
                "vol24h": f"{each.volume:.8f}",
                "ts": str(scene.said_at * 1000),
                "sodUtc0": written(each.open),
                "sodUtc8": written(each.open),
            }
            for each in ticked(scene, "okx")
        ]
    )


def book(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v5/market/books."""
    pair = asked.query.get("instId", "")
    token = listed(scene.market, "okx").get(pair.removesuffix("-USD"))
    if token is None or not pair.endswith("-USD"):
        return answer_json({"code": "51001", "data": [], "msg": "Instrument ID, or spread ID doesn't exist."})
    position = scene.market.index[token.id]
    found = book_at(scene, "okx", position, tick=tick_of(float(scene.snapshot.price[position])))
    most = min(asked.integer("sz", 1), _MOST)
    sides = {"asks": _written(found.asks[:most]), "bids": _written(found.bids[:most])}
    return _enveloped([{**sides, "ts": str(scene.said_at * 1000), "seqId": scene.seconds}])


def _written(side: Side) -> list[list[str]]:
    return [[f"{price:.10f}", f"{amount:.8f}", "0", str(1 + at % 5)] for at, (price, amount) in enumerate(side)]


def _enveloped(data: Any) -> Answer:
    return answer_json({"code": "0", "msg": "", "data": data})


STAND = Stand(
    name="okx",
    routes={
        "/api/v5/public/instruments": instruments,
        "/api/v5/market/tickers": tickers,
        "/api/v5/market/books": book,
    },
    limited={"code": "50011", "msg": "Rate limit reached. Please refer to API documentation", "data": []},
    broken={"code": "50001", "msg": "Service temporarily unavailable. Try again later", "data": []},
    missing={"code": "404", "msg": "Not Found", "data": []},
    limit=Limit(40, 2),
)
