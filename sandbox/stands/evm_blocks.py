"""Blocks of the chains that run Ethereum's machine, without their transactions.

Source: https://ethereum.github.io/execution-apis/api-documentation/, checked against recorded answers.
"""

from collections.abc import Sequence
from typing import Any
from zlib import crc32

from sandbox import chains, noise
from sandbox.snapshot import DAY
from sandbox.stand import Scene

_ZEROS = "0x" + "0" * 64


def block_number(scene: Scene, chain: str, params: Sequence[Any]) -> Any:
    """Answer eth_blockNumber."""
    return hex(chains.height_of(chain, scene.seconds))


def block_by_number(scene: Scene, chain: str, params: Sequence[Any]) -> Any:
    """Answer eth_getBlockByNumber; null for a block that is yet to come."""
    height = _height(scene, chain, params)
    if height is None:
        return None
    gas = round(15_000_000 * (0.5 + noise.unit(scene.market.seed, 43, height)))
    return {
        "number": hex(height),
        "timestamp": hex(chains.block_time(chain, height) + scene.said_at - scene.seconds),
        "hash": f"0x{height:064x}",
        "parentHash": f"0x{height - 1:064x}",
        "baseFeePerGas": hex(1_400_000_000),
        "gasLimit": hex(36_000_000),
        "gasUsed": hex(gas),
        "miner": "0x" + "0" * 40,
        "stateRoot": _ZEROS,
        "size": hex(90_000),
        "transactions": [f"0x{height:032x}{number:032x}" for number in range(_count(scene, chain, height))],
        "uncles": [],
    }


def transaction_count(scene: Scene, chain: str, params: Sequence[Any]) -> Any:
    """Answer eth_getBlockTransactionCountByNumber."""
    height = _height(scene, chain, params)
    return None if height is None else hex(_count(scene, chain, height))


def _count(scene: Scene, chain: str, height: int) -> int:
    usual = chains.facts_of(scene, chain).transactions * chains.CHAINS[chain].block_s / DAY
    return round(usual * (0.7 + 0.6 * noise.unit(scene.market.seed, 44, crc32(chain.encode()), height)))


def _height(scene: Scene, chain: str, params: Sequence[Any]) -> int | None:
    newest = chains.height_of(chain, scene.seconds)
    height = newest if params[0] == "latest" else int(str(params[0]), 16)
    return None if height > newest or chains.empty(scene) else height


METHODS = {
    "eth_blockNumber": block_number,
    "eth_getBlockByNumber": block_by_number,
    "eth_getBlockTransactionCountByNumber": transaction_count,
}
