"""Blockchair's wire format: statistics of one chain.

Source: https://blockchair.com/api/docs (stats)
"""

from typing import Any

from sandbox import chains
from sandbox.limits import Limit
from sandbox.snapshot import DAY
from sandbox.stand import Scene, Stand
from sandbox.timeline import iso_seconds
from sandbox.wire import Answer, Asked, answer_json

_MINED = ("bitcoin", "litecoin", "dogecoin", "bitcoin-cash")


def stats(scene: Scene, asked: Asked) -> Answer:
    """Answer /{chain}/stats."""
    chain = asked.captured["chain"]
    if chain not in (*_MINED, "ethereum"):
        return answer_json(_failed(404, "We don't support that"), 404)
    facts, height = chains.facts_of(scene, chain), chains.height_of(chain, scene.seconds)
    unit = 1e8 if chain in _MINED else 1e18
    told: dict[str, Any] = {
        "blocks_24h": round(DAY / chains.CHAINS[chain].block_s),
        "transactions_24h": facts.transactions,
        "mempool_transactions": facts.pending,
        "average_transaction_fee_24h": str(round(facts.fees / facts.transactions * unit)),
        "average_transaction_fee_usd_24h": facts.fees_usd / facts.transactions,
        "market_price_usd": facts.price,
    }
    if chain in _MINED:
        mined = {"circulation": round(facts.supply * 1e8), "hashrate_24h": str(round(facts.hashes))}
        told |= mined | {"difficulty": facts.hashes * chains.CHAINS[chain].block_s / 2**32, "best_block_height": height}
    else:
        told |= {"circulation_approximate": str(round(facts.supply * 1e18))}
    if chains.empty(scene):
        told = dict.fromkeys(told)
    at = iso_seconds(scene.said_at).replace("T", " ").removesuffix("Z")
    data = {"blocks": height, "best_block_time": at, **told}
    return answer_json(
        {"data": data, "context": {"code": 200, "source": "A", "state": height, "api": {"version": "2.0.95"}}}
    )


def _failed(code: int, error: str) -> dict[str, Any]:
    return {"data": None, "context": {"code": code, "error": error}}


STAND = Stand(
    name="blockchair",
    routes={"/{chain}/stats": stats},
    limited=_failed(430, "You have been blocked for exceeding the limit of requests"),
    broken=_failed(500, "Internal server error"),
    missing=_failed(404, "Not found"),
    despite={"data": None, "context": {"code": 430}, "error": "rate limit exceeded"},
    limit=Limit(600, 60),
)
