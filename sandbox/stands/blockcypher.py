"""BlockCypher's wire format: the head of a chain.

Source: https://www.blockcypher.com/dev/bitcoin/#chain-endpoint, checked against recorded answers.
"""

from typing import Any

from sandbox import chains
from sandbox.fees import fees_of, satoshis_of
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
    told |= _gas(scene) if chain == "ethereum" else _fees(scene)
    return answer_json({**told, "last_fork_height": height - 3388, "last_fork_hash": f"{height - 3388:064x}"})


def _fees(scene: Scene) -> dict[str, int | None]:
    names = ("low_fee_per_kb", "medium_fee_per_kb", "high_fee_per_kb")
    told = dict(zip(names, (fee * 1000 for fee in satoshis_of(scene)), strict=True))
    return dict.fromkeys(names) if chains.empty(scene) else dict(reversed(told.items()))


def _gas(scene: Scene) -> dict[str, int | None]:
    found = fees_of(scene, "ethereum")
    (low, middle, high), base = found.prices, found.base[-1]
    told = {
        "high_gas_price": high,
        "medium_gas_price": middle,
        "low_gas_price": low,
        "high_priority_fee": high - base,
        "medium_priority_fee": middle - base,
        "low_priority_fee": low - base,
        "base_fee": base,
    }
    return dict.fromkeys(told) if chains.empty(scene) else {**told}


STAND = Stand(
    name="blockcypher",
    routes={"/v1/{coin}/main": head},
    limited={"error": "Limits reached: rate limit exceeded."},
    broken={"error": "Internal Server Error"},
    missing={"error": "Not Found"},
    limit=Limit(600, 60),
)
