"""Etherscan's gas oracle.

Source: https://docs.etherscan.io/api-reference/endpoint/gasoracle, checked against a recorded answer.
"""

from sandbox.fees import CHAINS, GWEI, fees_of
from sandbox.stand import Scene
from sandbox.wire import Answer, Asked, answer_json

_NAMES = {str(chain.number): name for name, chain in CHAINS.items()}


def gas_oracle(scene: Scene, asked: Asked) -> Answer:
    """Answer module=gastracker, action=gasoracle."""
    chain = _NAMES.get(asked.query.get("chainid", "1"))
    if chain is None:
        return answer_json({"status": "0", "message": "NOTOK", "result": "Missing or unsupported chainid parameter"})
    fees = fees_of(scene, chain, blocks=5)
    slow, average, fast = (_gwei(price) for price in fees.prices)
    told = {
        "LastBlock": str(fees.block),
        "SafeGasPrice": slow,
        "ProposeGasPrice": average,
        "FastGasPrice": fast,
        "suggestBaseFee": _gwei(fees.base[-1]),
        "gasUsedRatio": ",".join(map(str, fees.used)),
    }
    if scene.fault is not None and scene.fault.kind == "nulls":
        told |= {"SafeGasPrice": "", "ProposeGasPrice": "", "FastGasPrice": ""}
    return answer_json({"status": "1", "message": "OK", "result": told})


def _gwei(wei: int) -> str:
    return f"{wei // GWEI}.{wei % GWEI:09d}".rstrip("0").rstrip(".")


ROUTES = {("gastracker", "gasoracle"): gas_oracle}
