"""Blockstream's explorer (Esplora): fee estimates by the number of blocks waited.

Source: https://github.com/Blockstream/esplora/blob/master/API.md#fee-estimates
"""

from sandbox.fees import satoshis_of
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.wire import Answer, Asked, answer_json

_TARGETS = (*range(1, 26), 144, 504, 1008)


def estimates(scene: Scene, asked: Asked) -> Answer:
    """Answer /api/fee-estimates."""
    if scene.fault is not None and scene.fault.kind == "nulls":
        return answer_json({})
    slow, average, fast = satoshis_of(scene)
    return answer_json(
        {
            str(target): fast * 1.001 if target < 3 else average * 1.001 if target < 6 else slow * 1.001
            for target in _TARGETS
        }
    )


STAND = Stand(
    name="blockstream",
    routes={"/api/fee-estimates": estimates},
    limited=b"Too Many Requests",
    broken=b"Internal Server Error",
    missing=b"Not Found",
    despite=b"Too Many Requests",
    limit=Limit(700, 3600),
    content_type="text/plain; charset=utf-8",
)
