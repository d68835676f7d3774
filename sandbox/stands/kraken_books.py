"""Kraken's order books: under the pair's long name, each level with the time of its last change.

Source: https://docs.kraken.com/api/docs/rest-api/get-order-book, checked against a recorded answer.
"""

from sandbox.books import Side, book_at, tick_of
from sandbox.stand import Scene
from sandbox.stands.kraken import key_of, market_named
from sandbox.wire import Answer, Asked, answer_json

_MOST = 500


def depth(scene: Scene, asked: Asked) -> Answer:
    """Answer /0/public/Depth."""
    named = market_named(scene, asked.query.get("pair", ""))
    if named is None:
        return answer_json({"error": ["EQuery:Unknown asset pair"]})
    symbol, token = named
    position = scene.market.index[token.id]
    found = book_at(scene, "kraken", position, tick=tick_of(float(scene.snapshot.price[position])))
    count = min(asked.integer("count", 100), _MOST)
    sides = {"asks": _written(found.asks[:count], scene.seconds), "bids": _written(found.bids[:count], scene.seconds)}
    return answer_json({"error": [], "result": {key_of(symbol, "USD"): sides}})


def _written(side: Side, seconds: int) -> list[list[object]]:
    return [[f"{price:.10f}", f"{amount:.3f}", seconds - at % 90] for at, (price, amount) in enumerate(side)]


ROUTES = {"/0/public/Depth": depth}
