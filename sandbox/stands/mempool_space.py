"""mempool.space's recommended fees; blocks and transactions are in `mempool_blocks`.

Source: https://mempool.space/docs/api/rest#get-recommended-fees
"""

from sandbox.fees import satoshis_of
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.stands import mempool_blocks, mempool_metrics
from sandbox.wire import Answer, Asked, answer_json


def recommended(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/v1/fees/recommended."""
    slow, average, fast = satoshis_of(scene)
    if scene.fault is not None and scene.fault.kind == "nulls":
        return answer_json(
            {"fastestFee": None, "halfHourFee": None, "hourFee": None, "economyFee": None, "minimumFee": 1}
        )
    told = {"fastestFee": fast, "halfHourFee": average, "hourFee": slow}
    return answer_json({**told, "economyFee": max(1, round(slow * 0.6)), "minimumFee": 1})


STAND = Stand(
    name="mempool_space",
    routes={"/api/v1/fees/recommended": recommended, **mempool_blocks.ROUTES, **mempool_metrics.ROUTES},
    limited=b"Too Many Requests",
    broken=b"Internal Server Error",
    missing=b"Not Found",
    despite=b"Too Many Requests",
    limit=Limit(120, 60),
    content_type="text/plain; charset=utf-8",
)
