"""Coinbase Exchange's order books: every price with its amount and number of orders.

Source: https://docs.cdp.coinbase.com/exchange/reference/exchangerestapi_getproductbook, checked against recorded answers.
"""

from sandbox.books import Side, book_at, tick_of
from sandbox.stand import Scene
from sandbox.timeline import iso_millis
from sandbox.venues import listed
from sandbox.wire import Answer, Asked, answer_json

_BEST_ONLY, _AGGREGATED = "1", "2"


def book(scene: Scene, asked: Asked) -> Answer:
    """Answer /products/{id}/book; level 3, single orders, is not kept here."""
    base, _, quote = asked.captured["id"].upper().partition("-")
    token = listed(scene.market, "coinbase").get(base)
    if token is None or quote != "USD":
        return answer_json({"message": "NotFound"}, 404)
    level = asked.query.get("level", _BEST_ONLY)
    if level not in (_BEST_ONLY, _AGGREGATED):
        return answer_json({"message": "Invalid level"}, 400)
    position = scene.market.index[token.id]
    found = book_at(scene, "coinbase", position, tick=tick_of(float(scene.snapshot.price[position])))
    most = 1 if level == _BEST_ONLY else None
    sides = {"bids": _written(found.bids[:most]), "asks": _written(found.asks[:most])}
    told = {"sequence": scene.seconds * 1000 + position, "auction_mode": False, "auction": None}
    return answer_json({**sides, **told, "time": iso_millis(scene.said_at)})


def _written(side: Side) -> list[list[object]]:
    return [
        [f"{price:.10f}".rstrip("0").rstrip("."), f"{amount:.8f}", 1 + at % 7]
        for at, (price, amount) in enumerate(side)
    ]


ROUTES = {"/products/{id}/book": book}
