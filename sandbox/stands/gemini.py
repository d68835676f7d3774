"""Gemini's wire format: names as bare texts, levels as objects.

Source: https://docs.gemini.com/rest/market-data, checked against recorded answers.
"""

from sandbox.books import Side, book_at, tick_of
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.venues import listed
from sandbox.wire import Answer, Asked, answer_json


def symbols(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/symbols."""
    names = [symbol.lower() for symbol in listed(scene.market, "gemini")]
    return answer_json([*(f"{name}usd" for name in names), *(f"{name}btc" for name in names[1:4])])


def book(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/book/{pair}."""
    pair = asked.captured["pair"].lower()
    token = listed(scene.market, "gemini").get(pair.removesuffix("usd").upper())
    if token is None or not pair.endswith("usd"):
        return answer_json(_refusal(400, "InvalidSymbol", f"Supplied value '{pair}' is not a valid symbol"), 400)
    position = scene.market.index[token.id]
    found = book_at(scene, "gemini", position, tick=tick_of(float(scene.snapshot.price[position])))
    bids, asks = (asked.integer(f"limit_{side}", 50) or None for side in ("bids", "asks"))
    told = {"bids": _written(found.bids[:bids], scene), "asks": _written(found.asks[:asks], scene)}
    return answer_json(told)


def _written(side: Side, scene: Scene) -> list[dict[str, str]]:
    at = str(scene.said_at)
    return [{"price": f"{price:.10f}", "amount": f"{amount:.8f}", "timestamp": at} for price, amount in side]


def _refusal(status: int, reason: str, message: str) -> dict[str, object]:
    return {"result": "error", "reason": reason, "message": message, "code": status}


STAND = Stand(
    name="gemini",
    routes={"/v1/symbols": symbols, "/v1/book/{pair}": book},
    limited=_refusal(429, "RateLimit", "Requests were made too frequently: rate limit exceeded"),
    broken=_refusal(500, "System", "We are experiencing technical issues"),
    missing=_refusal(404, "EndpointNotFound", "API entry point not found"),
    limit=Limit(120, 60),
)
