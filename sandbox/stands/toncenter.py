"""TON Center's wire format: the newest blocks of a workchain.

Source: https://toncenter.com/api/v3/
"""

from typing import Any

from sandbox import chains, noise
from sandbox.limits import Limit
from sandbox.snapshot import DAY
from sandbox.stand import Scene, Stand
from sandbox.wire import Answer, Asked, answer_json

_SHARDS = 4


def blocks(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v3/blocks, newest first."""
    workchain, limit = int(asked.query.get("workchain", "0")), min(asked.integer("limit", 10), 1000)
    shards = 1 if workchain == -1 else _SHARDS
    newest = chains.height_of("ton", scene.seconds)
    return answer_json(
        {"blocks": [_block(scene, workchain, newest - ago // shards, ago % shards) for ago in range(limit)]}
    )


def _block(scene: Scene, workchain: int, height: int, shard: int) -> dict[str, Any]:
    usual = chains.facts_of(scene, "ton").transactions * chains.CHAINS["ton"].block_s / DAY / _SHARDS
    count = round(usual * (0.8 + 0.4 * noise.unit(scene.market.seed, 47, height, shard)))
    at = chains.block_time("ton", height) + scene.said_at - scene.seconds
    return {
        "workchain": workchain,
        "shard": f"{shard * 4 + 2:X}000000000000000",
        "seqno": None if chains.empty(scene) else height,
        "gen_utime": str(at),
        "tx_count": None if chains.empty(scene) else count,
    }


STAND = Stand(
    name="toncenter",
    routes={"/api/v3/blocks": blocks},
    limited={"ok": False, "error": "Ratelimit exceed", "code": 429},
    broken={"error": "internal error", "code": 500},
    missing={"error": "Not Found", "code": 404},
    limit=Limit(600, 60),
)
