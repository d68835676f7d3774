"""TRON's node as TronGrid shows it to whoever speaks Ethereum's JSON-RPC.

Source: https://developers.tron.network/reference/json-rpc-api-overview
"""

from functools import partial

from sandbox.limits import Limit
from sandbox.rpc import Method, failed, node
from sandbox.stand import Stand
from sandbox.stands import evm_blocks


def _of_tron(name: str) -> Method:
    return partial(lambda name, scene, params: evm_blocks.METHODS[name](scene, "tron", params), name)


STAND = Stand(
    name="tron_rpc",
    routes={"/jsonrpc": node({name: _of_tron(name) for name in evm_blocks.METHODS})},
    limited=failed(None, -32005, "limit exceeded"),
    broken=failed(None, -32603, "internal error"),
    missing={"Error": "not found"},
    limit=Limit(600, 60),
    posts=True,
)
