"""Koios' wire format: Cardano's epochs, totals and tip; amounts are lovelaces as texts.

Source: https://api.koios.rest/
"""

from typing import Any

from sandbox import chains
from sandbox.limits import Limit
from sandbox.snapshot import DAY
from sandbox.stand import Scene, Stand
from sandbox.wire import Answer, Asked, answer_json

_EPOCH_S = 5 * DAY
_FIRST = 1_506_203_091
"""When epoch 0 began."""


def epoch_info(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v1/epoch_info, newest first."""
    newest = (scene.seconds - _FIRST) // _EPOCH_S
    return answer_json([_epoch(scene, newest - ago) for ago in range(asked.integer("limit", 2))])


def _epoch(scene: Scene, number: int) -> dict[str, Any]:
    began = _FIRST + number * _EPOCH_S
    last = min(began + _EPOCH_S, scene.seconds)
    days, facts, skew = (last - began) / DAY, chains.facts_of(scene, "cardano"), scene.said_at - scene.seconds
    told = {
        "tx_count": round(facts.transactions * days),
        "fees": str(round(facts.fees * days * 1e6)),
        "blk_count": round((last - began) / chains.CHAINS["cardano"].block_s),
        "out_sum": str(round(facts.supply * days * 4e4)),
    }
    times = {
        "start_time": began,
        "end_time": began + _EPOCH_S,
        "first_block_time": began + 20,
        "last_block_time": last + skew,
    }
    return {"epoch_no": number, **(dict.fromkeys(told) if chains.empty(scene) else told), **times, "active_stake": None}


def totals(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v1/totals."""
    supply = None if chains.empty(scene) else str(round(chains.facts_of(scene, "cardano").supply * 1e6))
    number = (scene.seconds - _FIRST) // _EPOCH_S
    return answer_json([{"epoch_no": number, "circulation": supply, "treasury": "1700000000000000", "supply": supply}])


def tip(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v1/tip."""
    height = chains.height_of("cardano", scene.seconds)
    number, slot = divmod(scene.seconds - _FIRST, _EPOCH_S)
    told = {"hash": f"{height:064x}", "epoch_no": number, "abs_slot": scene.seconds - 1_591_566_291, "epoch_slot": slot}
    return answer_json([{**told, "block_no": None if chains.empty(scene) else height, "block_time": scene.said_at}])


STAND = Stand(
    name="koios",
    routes={"/api/v1/epoch_info": epoch_info, "/api/v1/totals": totals, "/api/v1/tip": tip},
    limited={"message": "Exceeded rate limit"},
    broken={"message": "Internal Server Error"},
    missing={"message": "Not Found"},
    despite={"error": "rate limit exceeded"},
    limit=Limit(600, 60),
)
