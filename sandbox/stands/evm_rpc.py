"""A node of each chain that runs Ethereum's machine: JSON-RPC, posted, one question or a batch of them.

Methods of further kinds of facts are in modules of their own, whose METHODS are merged here.

Source: https://ethereum.github.io/execution-apis/api-documentation/, checked against recorded answers.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.fees import CHAINS, block_at, fees_of
from sandbox.limits import Limit
from sandbox.stand import Scene, Stand
from sandbox.stands import evm_blocks
from sandbox.wire import Answer, Asked, answer_json

Render = Callable[[Scene, str, Sequence[Any]], Any]
"""From the scene, the chain and the parameters to the result."""


def fee_history(scene: Scene, chain: str, params: Sequence[Any]) -> Any:
    """Answer eth_feeHistory with the tips of the percentiles 10, 50 and 90, whichever are asked for."""
    fees = fees_of(scene, chain, blocks=int(str(params[0]), 16))
    told = {
        "oldestBlock": hex(fees.block - len(fees.tips) + 1),
        "reward": [[hex(tip) for tip in tips] for tips in fees.tips],
        "baseFeePerGas": [hex(base) for base in fees.base],
        "gasUsedRatio": list(fees.used),
    }
    if scene.fault is not None and scene.fault.kind == "nulls":
        told["baseFeePerGas"] = []
    return told


METHODS: Mapping[str, Render] = {
    "eth_blockNumber": lambda scene, chain, params: hex(block_at(chain, scene.seconds)),
    "eth_chainId": lambda scene, chain, params: hex(CHAINS[chain].number),
    "eth_gasPrice": lambda scene, chain, params: hex(fees_of(scene, chain).prices[1]),
    "eth_feeHistory": fee_history,
    **evm_blocks.METHODS,
}


def rpc(scene: Scene, asked: Asked) -> Answer:
    """Answer a question or a batch of them put to one chain's node."""
    chain = asked.captured["chain"]
    if chain not in CHAINS:
        return answer_json(_failed(None, -32000, "unknown network"), 404)
    try:
        said = json.loads(asked.body)
    except ValueError:
        return answer_json(_failed(None, -32700, "parse error"), 400)
    if isinstance(said, list):
        return answer_json([_answered(scene, chain, each) for each in said])
    return answer_json(_answered(scene, chain, said))


def _answered(scene: Scene, chain: str, said: Any) -> dict[str, Any]:
    if not isinstance(said, dict) or not isinstance(said.get("method"), str):
        return _failed(None, -32600, "invalid request")
    method = METHODS.get(said["method"])
    if method is None:
        return _failed(said.get("id"), -32601, f"the method {said['method']} does not exist/is not available")
    try:
        result = method(scene, chain, said.get("params") or [])
    except (ValueError, IndexError, TypeError):
        return _failed(said.get("id"), -32602, "invalid argument 0")
    return {"jsonrpc": "2.0", "id": said.get("id"), "result": result}


def _failed(number: Any, code: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}


STAND = Stand(
    name="evm_rpc",
    routes={"/{chain}": rpc},
    limited=_failed(None, -32005, "limit exceeded"),
    broken=_failed(None, -32603, "internal error"),
    missing=_failed(None, -32000, "unknown network"),
    limit=Limit(600, 60),
    posts=True,
)
