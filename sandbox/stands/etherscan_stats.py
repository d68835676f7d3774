"""Etherscan's statistics of ethereum: how much ether there is, in wei as texts.

Source: https://docs.etherscan.io/api-reference/endpoint/ethsupply2
"""

from sandbox import chains
from sandbox.stand import Scene
from sandbox.wire import Answer, Asked, answer_json

_BURNT, _STAKED = 4_600_000, 2_900_000


def supply(scene: Scene, asked: Asked) -> Answer:
    """Answer module=stats, action=ethsupply2."""
    total = chains.facts_of(scene, "ethereum").supply
    told = {
        "EthSupply": total + _BURNT - _STAKED,
        "Eth2Staking": _STAKED,
        "BurntFees": _BURNT,
        "WithdrawnTotal": 12_500_000,
    }
    result = {name: None if chains.empty(scene) else str(round(value * 10**6) * 10**12) for name, value in told.items()}
    return answer_json({"status": "1", "message": "OK", "result": result})


ROUTES = {("stats", "ethsupply2"): supply}
