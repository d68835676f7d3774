"""BlockCypher's wire format: the head of a chain.

Source: https://www.blockcypher.com/dev/bitcoin/#chain-endpoint, checked against recorded answers.
"""

from typing import Any

from sandbox import chains
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.timeline import iso_millis
from sandbox.wire import Answer, Asked, answer_json

_OURS = {"btc": "bitcoin", "ltc": "litecoin", "doge": "dogecoin", "eth": "ethereum"}


def head(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/{coin}/main."""
    chain = _OURS.get(asked.captured["coin"])
    if chain is None:
        return answer_json({"error": "Chain not found"}, 404)
    height = chains.height_of(chain, scene.seconds)
    base = f"https://api.blockcypher.com/v1/{asked.captured['coin']}/main/blocks"
    told: dict[str, Any] = {
        "name": f"{asked.captured['coin'].upper()}.main",
        "height": None if chains.empty(scene) else height,
        "hash": f"{height:064x}",
        "time": iso_millis(scene.said_at).replace("Z", "707853Z"),
        "latest_url": f"{base}/{height:064x}",
        "previous_hash": f"{height - 1:064x}",
        "previous_url": f"{base}/{height - 1:064x}",
        "peer_count": 26,
        "unconfirmed_count": None if chains.empty(scene) else chains.facts_of(scene, chain).pending,
    }
    fees = dict.fromkeys(("high_fee_per_kb", "medium_fee_per_kb", "low_fee_per_kb"), 12_000)
    gas = (
        "high_gas_price",
        "medium_gas_price",
        "low_gas_price",
        "high_priority_fee",
        "medium_priority_fee",
        "low_priority_fee",
    )
    told |= dict.fromkeys((*gas, "base_fee"), 1_500_000_000) if chain == "ethereum" else fees
    return answer_json({**told, "last_fork_height": height - 3388, "last_fork_hash": f"{height - 3388:064x}"})


STAND = Stand(
    name="blockcypher",
    routes={"/v1/{coin}/main": head},
    limited={"error": "Limits reached: rate limit exceeded."},
    broken={"error": "Internal Server Error"},
    missing={"error": "Not Found"},
    limit=Limit(600, 60),
)
