"""Whale Alert's wire format: /v1/transactions and /v1/status; a key is wanted, owners are told, blocks are not.

Source: https://docs.whale-alert.io/, checked against recorded answers.
"""

from typing import Any

from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.transfers import COINS, Moved, transfers_since
from sandbox.wire import Answer, Asked, answer_json

KEYS = ("sandbox-primary", "sandbox-backup")
_LEAST = 500_000
_LONGEST = 3_600
"""Seconds that the free plan looks back."""


def transactions(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/transactions: those since `start`, oldest first, a page at a time."""
    if _key(asked) not in KEYS:
        return answer_json(_failed("invalid api_key" if _key(asked) else "missing api_key"), 401)
    start = max(asked.integer("start", 0), scene.seconds - _LONGEST)
    least, most = max(asked.integer("min_value", _LEAST), _LEAST), min(asked.integer("limit", 100), 100)
    rows = sorted(_moved(scene, start, least), key=lambda each: (each.seconds, each.chain, each.place))
    first = _first(asked.query.get("cursor", ""))
    page = rows[first : first + most]
    body: dict[str, Any] = {"result": "success", "cursor": f"{first + len(page):x}-0-0", "count": len(page)}
    if page:
        body["transactions"] = [_row(scene, each, number) for number, each in enumerate(page, start=first)]
    return answer_json(body)


def status(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/status."""
    if _key(asked) not in KEYS:
        return answer_json(_failed("missing api_key"), 401)
    chains = [
        {"name": chain, "symbols": [symbol for _, symbol, _, _ in coins], "status": "connected"}
        for chain, coins in COINS.items()
    ]
    return answer_json({"result": "success", "blockchain_count": len(chains), "blockchains": chains})


def _moved(scene: Scene, start: int, least: int) -> list[Moved]:
    return [
        each
        for chain in COINS
        for each in transfers_since(scene.market, chain, start - 1, scene.seconds)
        if each.usd >= least
    ]


def _row(scene: Scene, each: Moved, number: int) -> dict[str, Any]:
    factor = 10 if scene.fault is not None and scene.fault.kind == "times_ten" else 1
    amount: float | None = round(each.amount * factor / 10**each.decimals, 6)
    if scene.fault is not None and scene.fault.kind == "nulls" and each.place == 0:
        amount = None
    skew = scene.said_at - scene.seconds if scene.fault is not None and scene.fault.kind == "skewed" else 0
    return {
        "blockchain": each.chain,
        "symbol": each.symbol,
        "id": str(194_993_174 + number),
        "transaction_type": "transfer",
        "hash": each.hash,
        "from": _party(each.sender, each.sender_owner),
        "to": _party(each.receiver, each.receiver_owner),
        "timestamp": each.seconds + skew,
        "amount": amount,
        "amount_usd": round(each.usd, 1),
        "transaction_count": 1,
    }


def _party(address: str, owner: str | None) -> dict[str, str]:
    bare = address.removeprefix("0x")
    return {"address": bare, "owner_type": "unknown"} | ({"owner": owner, "owner_type": "exchange"} if owner else {})


def _key(asked: Asked) -> str:
    return asked.headers.get("x-wa-api-key") or asked.query.get("api_key", "")


def _first(cursor: str) -> int:
    head = cursor.partition("-")[0]
    return int(head, 16) if head and set(head) <= set("0123456789abcdef") else 0


def _failed(message: str) -> dict[str, str]:
    return {"result": "error", "message": message}


STAND = Stand(
    name="whale_alert",
    routes={"/v1/transactions": transactions, "/v1/status": status},
    limited=_failed("usage limit reached"),
    broken=_failed("internal server error"),
    missing=_failed("not found"),
    limit=Limit(10, 60),
)
