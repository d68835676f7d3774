"""Blocknative's blockprices: how sure which price makes the next block.

Source: https://docs.blocknative.com/gas-prediction/gas-platform
"""

from sandbox.fees import CHAINS, GWEI, fees_of
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.wire import Answer, Asked, answer_json

_NAMES = {str(chain.number): name for name, chain in CHAINS.items()}


def block_prices(scene: Scene, asked: Asked) -> Answer:
    """Answer /gasprices/blockprices."""
    chain = _NAMES.get(asked.query.get("chainid", "1"))
    if chain is None:
        return answer_json({"msg": "unsupported chain"}, 404)
    fees = fees_of(scene, chain)
    base = fees.base[-1]
    slow, average, fast = (price - base for price in fees.prices)
    tips = {99: fast, 95: (average + fast) // 2, 90: average, 80: (slow + average) // 2, 70: slow}
    block = {
        "blockNumber": fees.block + 1,
        "estimatedTransactionCount": 40 + fees.block % 90,
        "baseFeePerGas": base / GWEI,
        "estimatedPrices": [_estimate(certainty, base, tip) for certainty, tip in tips.items()],
    }
    if scene.fault is not None and scene.fault.kind == "nulls":
        block["estimatedPrices"] = []
    told = {"system": chain, "network": "main", "unit": "gwei", "maxPrice": round((base + fast) / GWEI)}
    return answer_json({**told, "currentBlockNumber": fees.block, "msSinceLastBlock": 2400, "blockPrices": [block]})


def _estimate(certainty: int, base: int, tip: int) -> dict[str, float]:
    whole = {"maxPriorityFeePerGas": tip / GWEI, "maxFeePerGas": (2 * base + tip) / GWEI}
    return {"confidence": certainty, "price": round((base + tip) / GWEI), **whole}


STAND = Stand(
    name="blocknative",
    routes={"/gasprices/blockprices": block_prices},
    limited={"msg": "You have exceeded your rate limit"},
    broken={"msg": "Internal server error"},
    missing={"msg": "not found"},
    limit=Limit(100, 60),
)
