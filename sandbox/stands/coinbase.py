"""Coinbase Exchange's wire format: numbers, newest first, 300 candles at most.

Source: https://docs.cdp.coinbase.com/exchange/reference/exchangerestapi_getproductcandles, checked against recorded answers.
"""

from datetime import UTC, datetime

import numpy as np

from sandbox.candles import candles_of
from sandbox.limits import Limit
from sandbox.snapshot import DAY, HOUR, MINUTE
from sandbox.stand import Scene, Stand
from sandbox.tokens import Token
from sandbox.venues import listed
from sandbox.wire import Answer, Asked, answer_json

_GRANULARITIES = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY)
_MOST = 300
_TOO_MANY = "granularity too small for the requested time range. Count of aggregations requested exceeds 300"


def products(scene: Scene, asked: Asked) -> Answer:
    """Answer /products: pairs in dollars, and some in euros."""
    found = listed(scene.market, "coinbase").items()
    pairs = [(symbol, token, "USD") for symbol, token in found] + [
        (symbol, token, "EUR") for symbol, token in found if token.place <= 20
    ]
    return answer_json([_product(scene, *pair) for pair in pairs])


def candles(scene: Scene, asked: Asked) -> Answer:
    """Answer /products/{id}/candles; both ends are inclusive, what was not traded is missing."""
    symbol, _, currency = asked.captured["id"].upper().partition("-")
    token = listed(scene.market, "coinbase").get(symbol)
    if token is None or currency != "USD":
        return answer_json({"message": "NotFound"}, 404)
    granularity = asked.integer("granularity", MINUTE)
    if granularity not in _GRANULARITIES:
        return answer_json({"message": "Unsupported granularity"}, 400)
    start = _read(asked.query.get("start")) or (scene.seconds - (_MOST - 1) * granularity) // granularity * granularity
    end = min(_read(asked.query.get("end")) or scene.seconds, scene.seconds)
    if (end - start) // granularity + 1 > _MOST + 1:
        return answer_json({"message": _TOO_MANY}, 400)
    found = candles_of(scene, "coinbase", token, granularity, start, (end - start) // granularity + 1)
    if found is None:
        return answer_json([])
    columns = (found.opened, found.low, found.high, found.open, found.close, found.volume)
    rows = zip(*(each.tolist() for each in columns), strict=True)
    return answer_json([[value if np.isfinite(value) else None for value in row] for row in rows][::-1])


def _product(scene: Scene, symbol: str, token: Token, currency: str) -> dict[str, object]:
    trades = token.delisted_at is None or scene.seconds < token.delisted_at
    return {
        "id": f"{symbol}-{currency}",
        "base_currency": symbol,
        "quote_currency": currency,
        "quote_increment": "0.01",
        "base_increment": "0.00000001",
        "display_name": f"{symbol}/{currency}",
        "min_market_funds": "1",
        "margin_enabled": False,
        "post_only": False,
        "limit_only": False,
        "cancel_only": False,
        "status": "online" if trades else "delisted",
        "status_message": "",
        "trading_disabled": not trades,
        "fx_stablecoin": token.stable,
    }


def _read(written: str | None) -> int | None:
    """Return a Unix time written as such or as ISO 8601."""
    if not written:
        return None
    if written.isdecimal():
        return int(written)
    moment = datetime.fromisoformat(written)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


COINBASE = Stand(
    name="coinbase",
    routes={"/products": products, "/products/{id}/candles": candles},
    limited={"message": "Public rate limit exceeded"},
    broken={"message": "Internal server error"},
    missing={"message": "NotFound"},
    limit=Limit(10, 1),
)
