"""mempool.space's blocks, their summaries, and single transactions of Bitcoin.

Source: https://mempool.space/docs/api/rest#get-blocks and #get-transaction.
"""

from collections.abc import Mapping
from typing import Any

from sandbox import transfers
from sandbox.stand import Render, Scene
from sandbox.transfers import Moved
from sandbox.wire import Answer, Asked, answer_json

_CHAIN = "bitcoin"
_LISTED = 15
_FEE = 2_820
_NOT_FOUND = Answer(b"Transaction not found", 404, (), "text/plain; charset=utf-8")
_NO_BLOCK = Answer(b"Block not found", 404, (), "text/plain; charset=utf-8")


def blocks(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/blocks: the newest fifteen, newest first."""
    newest = transfers.number_at(_CHAIN, scene.seconds)
    return answer_json([_block(scene, number) for number in range(newest, newest - _LISTED, -1)])


def summary(scene: Scene, asked: Asked) -> Answer:
    """Answer /v1/block/{hash}/summary: the coinbase, then every transaction with what it moves."""
    number = _number_of(scene, asked.captured["hash"])
    if number is None:
        return _NO_BLOCK
    time = transfers.time_of(_CHAIN, number)
    made = {"txid": f"{number:08x}ff{0:054x}", "fee": 0, "vsize": 312, "value": 312_500_000, "rate": 0, "time": time}
    moved = transfers.transfers_of(scene.market, _CHAIN, number, scene.seconds)
    rows = [
        {"txid": each.hash, "fee": _FEE, "vsize": 141, "value": _moved(scene, each), "rate": 20, "time": time}
        for each in moved
    ]
    return answer_json([made, *rows])


def transaction(scene: Scene, asked: Asked) -> Answer:
    """Answer /tx/{txid}."""
    name = asked.captured["txid"]
    number = int(name[:8], 16) if set(name[:8]) <= set("0123456789abcdef") else 0
    known = abs(number - transfers.number_at(_CHAIN, scene.seconds)) < 1_000
    moved = transfers.transfers_of(scene.market, _CHAIN, number, scene.seconds) if known else ()
    found = next((each for each in moved if each.hash == name), None)
    return _NOT_FOUND if found is None else answer_json(_transaction(scene, found))


def _block(scene: Scene, number: int) -> dict[str, Any]:
    skew = scene.said_at - scene.seconds if scene.fault is not None and scene.fault.kind == "skewed" else 0
    time = transfers.time_of(_CHAIN, number) + skew
    return {
        "id": transfers.hash_of(scene.market, _CHAIN, number, scene.seconds),
        "height": number,
        "version": 536_870_912,
        "timestamp": time,
        "tx_count": 3_012,
        "size": 1_580_000,
        "weight": 3_993_000,
        "merkle_root": f"{number:064x}",
        "previousblockhash": transfers.hash_of(scene.market, _CHAIN, number - 1, scene.seconds),
        "mediantime": time - 3_000,
        "nonce": number % 4_294_967_296,
        "bits": 386_000_000,
        "difficulty": 126_411_437_451_912.23,
    }


def _number_of(scene: Scene, name: str) -> int | None:
    newest = transfers.number_at(_CHAIN, scene.seconds)
    numbers = range(newest, newest - _LISTED, -1)
    return next(
        (each for each in numbers if transfers.hash_of(scene.market, _CHAIN, each, scene.seconds) == name), None
    )


def _moved(scene: Scene, each: Moved) -> int:
    times_ten = scene.fault is not None and scene.fault.kind == "times_ten"
    return each.amount * (10 if times_ten else 1) + _change(each)


def _change(each: Moved) -> int:
    return each.amount // 7


def _transaction(scene: Scene, each: Moved) -> dict[str, Any]:
    value: int | None = _moved(scene, each) - _change(each)
    if scene.fault is not None and scene.fault.kind == "nulls":
        value = None
    block = transfers.hash_of(scene.market, _CHAIN, each.block, scene.seconds)
    spent = {"scriptpubkey_address": each.sender, "value": each.amount + _change(each) + _FEE}
    return {
        "txid": each.hash,
        "version": 2,
        "locktime": 0,
        "vin": [{"txid": f"{each.block:064x}", "vout": 0, "prevout": spent, "is_coinbase": False, "sequence": 1}],
        "vout": [
            {"scriptpubkey_address": each.receiver, "value": value},
            {"scriptpubkey_address": each.sender, "value": _change(each)},
            {"scriptpubkey": "6a0548656c6c6f", "scriptpubkey_type": "op_return", "value": 0},
        ],
        "size": 223,
        "weight": 562,
        "fee": _FEE,
        "status": {
            "confirmed": True,
            "block_height": each.block,
            "block_hash": block,
            "block_time": transfers.time_of(_CHAIN, each.block),
        },
    }


ROUTES: Mapping[str, Render] = {
    "/api/v1/blocks": blocks,
    "/api/v1/block/{hash}/summary": summary,
    "/api/tx/{txid}": transaction,
}
