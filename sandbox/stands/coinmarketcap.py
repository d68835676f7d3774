"""CoinMarketCap's wire format: a status with the cost beside the list, numbers as numbers, a key wanted.

Source: https://coinmarketcap.com/api/documentation/v1/, checked against a recorded answer.
"""

from datetime import UTC, datetime
from typing import Any

from sandbox.limits import Limit
from sandbox.snapshot import DAY, HOUR
from sandbox.stand import Scene, Stand
from sandbox.view import View
from sandbox.wire import Answer, Asked, answer_json

KEYS = frozenset({"sandbox-primary", "sandbox-backup"})
_MOST = 5000
_PER_CREDIT = 200
_CHANGES = {
    "percent_change_1h": HOUR,
    "percent_change_24h": DAY,
    "percent_change_7d": 7 * DAY,
    "percent_change_30d": 30 * DAY,
}


def latest(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/cryptocurrency/listings/latest: 100 rows unless `limit` asks for up to 5,000."""
    key = asked.headers.get("x-cmc_pro_api_key", "")
    if key not in KEYS:
        code, said = (1001, "This API Key is invalid.") if key else (1002, "API key missing.")
        return answer_json({"status": _status(scene, code, said, 0)}, 401)
    view, first = scene.view("coinmarketcap"), asked.integer("start", 1) - 1
    positions = view.order[first : first + min(_MOST, asked.integer("limit", 100))].tolist()
    changes = {name: view.change(seconds) for name, seconds in _CHANGES.items()}
    rows = [_row(scene, view, at, {name: column[at] for name, column in changes.items()}) for at in positions]
    return answer_json({"status": _status(scene, 0, None, -(-len(rows) // _PER_CREDIT)), "data": rows})


def _row(scene: Scene, view: View, at: int, changes: dict[str, Any]) -> dict[str, Any]:
    token, updated = view.tokens[at], _iso(scene.said_at - float(view.lag[at]))
    return {
        "id": at + 1,
        "name": token.name,
        "symbol": token.symbol.upper(),
        "slug": token.id,
        "circulating_supply": _number(scene.snapshot.circulating[at]),
        "total_supply": token.total,
        "max_supply": token.maximum,
        "date_added": _iso(token.listed_at),
        "num_market_pairs": 1 + 5000 // token.place,
        "tags": [],
        "platform": None,
        "cmc_rank": _number(view.rank[at]),
        "last_updated": updated,
        "quote": {
            "USD": {
                "price": _number(view.price[at]),
                "volume_24h": _number(view.volume[at]),
                **{name: _number(value) for name, value in changes.items()},
                "market_cap": _number(view.market_cap[at]),
                "last_updated": updated,
            }
        },
    }


def _number(value: Any) -> float | None:
    return float(value) if value == value else None


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(round(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _status(scene: Scene, code: int, said: str | None, credits_spent: int) -> dict[str, Any]:
    told = {"timestamp": _iso(scene.said_at), "error_code": code, "error_message": said}
    return {**told, "elapsed": 4, "credit_count": credits_spent}


def _failed(code: int, said: str) -> dict[str, Any]:
    return {"status": {"error_code": code, "error_message": said, "elapsed": 0, "credit_count": 0}}


STAND = Stand(
    name="coinmarketcap",
    routes={"/v1/cryptocurrency/listings/latest": latest},
    limited=_failed(1008, "You've exceeded your API Key's HTTP request rate limit. Rate limits reset every minute."),
    broken=_failed(500, "An internal server error occurred"),
    missing=_failed(404, "Not Found"),
    limit=Limit(30, 60),
)
