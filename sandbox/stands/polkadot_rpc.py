"""A node of Polkadot's relay chain: header, storage, and what the runtime says of itself.

Source: https://polkadot.js.org/docs/substrate/rpc
"""

from typing import Any

from sandbox import chains
from sandbox.limits import Limit
from sandbox.rpc import failed, node
from sandbox.stand import Scene, Stand

_ISSUANCE = "0xc2261276cc9d1f8598ea4b6a74b15c2f57c875e4cff74148e4628f264b974c80"


def header(scene: Scene, params: Any) -> Any:
    """Answer chain_getHeader."""
    height = chains.height_of("polkadot", scene.seconds)
    return {
        "parentHash": f"0x{height - 1:064x}",
        "number": hex(height),
        "stateRoot": f"0x{height:064x}",
        "extrinsicsRoot": f"0x{height:064x}",
        "digest": {"logs": []},
    }


def storage(scene: Scene, params: Any) -> Any:
    """Answer state_getStorage: 128 bits, lowest byte first; null for what is not stored."""
    if params[0] != _ISSUANCE or chains.empty(scene):
        return None
    plancks = round(chains.facts_of(scene, "polkadot").supply * 1e10)
    return "0x" + plancks.to_bytes(16, "little").hex()


def call(scene: Scene, params: Any) -> Any:
    """Answer state_call of BabeApi_configuration: a slot's milliseconds come first."""
    if params[0] != "BabeApi_configuration":
        raise ValueError("no such call")
    return "0x" + (6000).to_bytes(8, "little").hex() + (2400).to_bytes(8, "little").hex() + "00" * 34


STAND = Stand(
    name="polkadot_rpc",
    routes={"/": node({"chain_getHeader": header, "state_getStorage": storage, "state_call": call})},
    limited=failed(None, -32999, "Rate limit exceeded"),
    broken=failed(None, -32603, "Internal error"),
    missing=failed(None, -32601, "Method not found"),
    limit=Limit(600, 60),
    posts=True,
)
