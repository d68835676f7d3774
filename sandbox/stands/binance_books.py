"""Binance's order books: numbers as text with eight decimals, at most 5,000 levels a side.

Source: https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints, checked against recorded answers.
"""

from sandbox.books import Side, book_at
from sandbox.stand import Scene
from sandbox.wire import Answer, Asked, answer_json

_TICKS = ((100.0, 1e-2), (1.0, 1e-4), (0.01, 1e-6))


def depth(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v3/depth."""
    position = _traded(scene).get(asked.query.get("symbol", ""))
    if "symbol" not in asked.query:
        message = "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."
        return answer_json({"code": -1102, "msg": message}, 400)
    if position is None:
        return answer_json({"code": -1121, "msg": "Invalid symbol."}, 400)
    index, prices = scene.market.index, scene.snapshot.price
    tether = float(prices[index["tether"]]) if "tether" in index else 1.0
    book = book_at(scene, "binance", position, tick=_tick(float(prices[position])), tether=tether)
    limit = min(asked.integer("limit", 100), 5000)
    told = {"bids": _written(book.bids[:limit]), "asks": _written(book.asks[:limit])}
    return answer_json({"lastUpdateId": scene.seconds * 10 + position % 10, **told})


def _traded(scene: Scene) -> dict[str, int]:
    """Pairs with tether, by symbol, of the tokens that are listed."""
    order = scene.view("binance").order.tolist()
    return {f"{scene.market.tokens[position].binance}USDT": position for position in order}


def _tick(price: float) -> float:
    return next((tick for least, tick in _TICKS if price >= least), 1e-8)


def _written(side: Side) -> list[list[str]]:
    return [[f"{price:.8f}", f"{amount:.8f}"] for price, amount in side]


ROUTES = {"/api/v3/depth": depth}
