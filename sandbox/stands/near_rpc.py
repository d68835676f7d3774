"""A node of NEAR: headers of blocks; one height in twelve has none.

Source: https://docs.near.org/api/rpc/block-chunk
"""

from typing import Any

from sandbox import chains, noise
from sandbox.limits import Limit
from sandbox.rpc import failed, node
from sandbox.stand import Scene, Stand


def block(scene: Scene, params: Any) -> Any:
    """Answer block, for `finality` or `block_id`."""
    newest = chains.height_of("near", scene.seconds)
    height = int(params["block_id"]) if "block_id" in params else newest
    if height > newest or (height != newest and noise.unit(scene.market.seed, 46, height) < 1 / 12):
        raise ValueError("UNKNOWN_BLOCK")
    supply = round(chains.facts_of(scene, "near").supply) * 10**24
    stamp = (chains.block_time("near", height) + scene.said_at - scene.seconds) * 1_000_000_000
    header = {
        "height": height,
        "prev_height": height - 1,
        "timestamp": stamp,
        "timestamp_nanosec": str(stamp),
        "total_supply": None if chains.empty(scene) else str(supply),
        "gas_price": "100000000",
        "chunks_included": 9,
    }
    return {"author": "figment.poolv1.near", "header": header, "chunks": []}


STAND = Stand(
    name="near_rpc",
    routes={"/": node({"block": block})},
    limited=failed(None, -429, "Rate limits exceeded"),
    broken=failed(None, -32000, "Server error"),
    missing=failed(None, -32601, "Method not found"),
    limit=Limit(600, 60),
    posts=True,
)
