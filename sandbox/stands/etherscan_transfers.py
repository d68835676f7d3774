"""Etherscan's lists of what an address sent and received: tokens (tokentx) and coins (txlist). Ethereum only.

Source: https://docs.etherscan.io/api-reference/endpoint/tokentx, checked against recorded answers.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.fees import block_at
from sandbox.stand import Render, Scene
from sandbox.transfers import Moved, transfers_since
from sandbox.wire import Answer, Asked, answer_json

_SPAN = 2 * 3_600
_PERSISTED = {"nonce": "41", "transactionIndex": "61", "gas": "94813", "gasPrice": "1455565462"}
_USED = {"gasUsed": "58409", "cumulativeGasUsed": "9558773", "input": "deprecated", "methodId": "0xa9059cbb"}


def tokens(scene: Scene, asked: Asked) -> Answer:
    """Answer action=tokentx."""
    return _listed(scene, asked, of_tokens=True)


def coins(scene: Scene, asked: Asked) -> Answer:
    """Answer action=txlist."""
    return _listed(scene, asked, of_tokens=False)


def _listed(scene: Scene, asked: Asked, *, of_tokens: bool) -> Answer:
    address, most = asked.query.get("address", "").lower(), asked.integer("offset", 10_000)
    if len(address) != 42:
        return answer_json({"status": "0", "message": "NOTOK", "result": "Error! Invalid address format"})
    found = [
        _row(scene, each)
        for each in _moved(scene, asked)
        if address in (each.sender, each.receiver) and (each.contract is not None) == of_tokens
    ]
    if not found:
        kind = "token transfers" if of_tokens else "transactions"
        return answer_json({"status": "0", "message": f"No {kind} found", "result": []})
    rows = found[::-1] if asked.query.get("sort") == "desc" else found
    page = asked.integer("page", 1)
    return answer_json({"status": "1", "message": "OK", "result": rows[(page - 1) * most : page * most]})


def _moved(scene: Scene, asked: Asked) -> list[Moved]:
    if asked.query.get("chainid") != "1":
        return []
    return list(transfers_since(scene.market, "ethereum", scene.seconds - _SPAN, scene.seconds))


def _row(scene: Scene, each: Moved) -> dict[str, Any]:
    number = block_at("ethereum", each.seconds)
    times_ten = scene.fault is not None and scene.fault.kind == "times_ten"
    value: str | None = str(each.amount * (10 if times_ten else 1))
    if scene.fault is not None and scene.fault.kind == "nulls" and each.place == 0:
        value = None
    skew = scene.said_at - scene.seconds if scene.fault is not None and scene.fault.kind == "skewed" else 0
    row: dict[str, Any] = {
        "blockNumber": str(number),
        "timeStamp": str(each.seconds + skew),
        "hash": f"0x{each.hash}",
        "blockHash": f"0x{each.block:064x}",
        "from": each.sender,
        "to": each.receiver,
        "value": value,
        **_PERSISTED,
        **_USED,
        "confirmations": str(block_at("ethereum", scene.seconds) - number),
    }
    if each.contract is None:
        return row | {"isError": "0", "txreceipt_status": "1", "contractAddress": "", "functionName": ""}
    named = {"tokenName": each.token_id.title(), "tokenSymbol": each.symbol.upper(), "tokenDecimal": str(each.decimals)}
    return row | {"contractAddress": each.contract, **named}


ROUTES: Mapping[tuple[str, str], Render] = {("account", "tokentx"): tokens, ("account", "txlist"): coins}
"""{(module, action): render}, merged by `sandbox.stands.etherscan`."""
