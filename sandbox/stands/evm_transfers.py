"""Large transfers of ether in the blocks of Ethereum's nodes, and the receipts of transactions.

Source: https://ethereum.github.io/execution-apis/api-documentation/, checked against recorded answers.
"""

from collections.abc import Sequence
from typing import Any

from sandbox import transfers
from sandbox.chains import block_time, height_of
from sandbox.noise import unit
from sandbox.stand import Scene
from sandbox.transfers import BLOCK_S, Moved

_CHAIN = "ethereum"
_FAILED = 0.05


def sent_in(scene: Scene, chain: str, height: int) -> list[dict[str, Any]]:
    """Return the transactions of a block with what they send, failed ones and small change among them."""
    if chain != _CHAIN:
        return []
    return [_transaction(scene, each, height, place) for place, each in enumerate(_moved(scene, height))]


def receipt(scene: Scene, chain: str, params: Sequence[Any]) -> Any:
    """Answer eth_getTransactionReceipt; null for an unknown transaction."""
    name = str(params[0]).removeprefix("0x")
    slot = int(name[:8], 16)
    found = next(
        (each for each in transfers.transfers_of(scene.market, _CHAIN, slot, scene.seconds) if each.hash == name), None
    )
    if found is None or chain != _CHAIN:
        return None
    return {
        "transactionHash": f"0x{name}",
        "blockNumber": hex(height_of(_CHAIN, found.seconds)),
        "status": "0x0" if failed(scene, found) else "0x1",
        "gasUsed": "0x5208",
        "from": found.sender,
        "to": found.receiver,
    }


def failed(scene: Scene, each: Moved) -> bool:
    """Return whether a transfer of ether came to nothing."""
    return unit(scene.market.seed, 45, each.block, each.place) < _FAILED


def _moved(scene: Scene, height: int) -> list[Moved]:
    # A block takes twelve seconds and transfers come every sixty, so most blocks have none.
    first = transfers.number_at(_CHAIN, block_time(_CHAIN, height))
    slots = (slot for slot in (first, first + 1) if height_of(_CHAIN, slot * BLOCK_S[_CHAIN]) == height)
    return [
        each
        for slot in slots
        for each in transfers.transfers_of(scene.market, _CHAIN, slot, scene.seconds)
        if each.contract is None
    ]


def _transaction(scene: Scene, each: Moved, height: int, place: int) -> dict[str, Any]:
    times_ten = scene.fault is not None and scene.fault.kind == "times_ten"
    return {
        "blockHash": f"0x{height:064x}",
        "blockNumber": hex(height),
        "from": each.sender,
        "to": each.receiver,
        "hash": f"0x{each.hash}",
        "value": hex(each.amount * (10 if times_ten else 1)),
        "gas": "0x5208",
        "gasPrice": hex(1_400_000_000),
        "input": "0x",
        "nonce": hex(place),
        "transactionIndex": hex(place),
        "type": "0x2",
    }
