"""Bitstamp's wire format: everything is text; an unknown pair is a page that is not there.

Source: https://www.bitstamp.net/api/#tag/Order-book, checked against recorded answers.
"""

from sandbox.books import Side, book_at, tick_of
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.venues import listed
from sandbox.wire import Answer, Asked, answer_json


def pairs(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v2/trading-pairs-info/."""
    return answer_json(
        [
            {
                "name": f"{symbol}/USD",
                "url_symbol": f"{symbol.lower()}usd",
                "base_decimals": 8,
                "counter_decimals": 2,
                "minimum_order": "10.0 USD",
                "trading": "Enabled" if token.delisted_at is None or scene.seconds < token.delisted_at else "Disabled",
                "instant_and_market_orders": "Enabled",
                "description": f"{token.name} / U.S. dollar",
            }
            for symbol, token in listed(scene.market, "bitstamp").items()
        ]
    )


def book(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v2/order_book/{pair}/."""
    token = listed(scene.market, "bitstamp").get(asked.captured["pair"].upper().removesuffix("USD"))
    if token is None or not asked.captured["pair"].lower().endswith("usd"):
        return answer_json({"error": "Invalid currency pair"}, 404)
    position = scene.market.index[token.id]
    found = book_at(scene, "bitstamp", position, tick=tick_of(float(scene.snapshot.price[position])))
    told = {"timestamp": str(scene.said_at), "microtimestamp": str(scene.said_at * 1_000_000)}
    return answer_json({**told, "bids": _written(found.bids), "asks": _written(found.asks)})


def _written(side: Side) -> list[list[str]]:
    return [[f"{price:.10f}", f"{amount:.8f}"] for price, amount in side]


STAND = Stand(
    name="bitstamp",
    routes={"/api/v2/trading-pairs-info/": pairs, "/api/v2/order_book/{pair}/": book},
    limited={"status": "error", "reason": "Request rate limit exceeded", "error": "Request rate limit exceeded"},
    broken={"error": "Internal Server Error"},
    missing={"error": "Not found"},
    limit=Limit(400, 1),
)
