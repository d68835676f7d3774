"""Ethereum's blocks: which are asked for, what is read of them, what is refused."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import BadPayloadError
from shared.domain.flows.catalogue import coins, tokens
from shared.providers.adapters.evm_rpc_flows import EVM_RPC_FLOWS, MOST_BLOCKS, EvmRpcFlows
from shared.providers.contract import Page, Payload
from shared.records.flows import BlockSeen, FlowRecord, FlowRequest, Transfer
from tests.clocks import NOON

ADAPTER = EvmRpcFlows.of("https://node.example", EVM_RPC_FLOWS)
HEAD = 24_500_000
OLDER = {number: f"0x{number:064x}" for number in range(HEAD - MOST_BLOCKS, HEAD - 1)}
"""All but the newest two were scanned, so six older ones are looked at again."""


def request(**more: Any) -> FlowRequest:
    values: dict[str, Any] = {
        "chains": ("ethereum",),
        "assets": "native",
        "coins": coins(),
        "tokens": tokens(),
        "watched": (),
        "least": {"ethereum": Decimal(50)},
        "since": NOON - timedelta(hours=1),
        "until": NOON,
        "scanned": OLDER,
    }
    return FlowRequest(**values | more)


def sent(number: int, ether: int = 60, **more: Any) -> dict[str, Any]:
    return {"hash": f"0x{number:064x}", "from": "0xAB", "to": "0xCD", "value": hex(ether * 10**18)} | more


def block(number: int, *transactions: Any, **more: Any) -> dict[str, Any]:
    at = hex(int(NOON.timestamp()) - (HEAD - number) * 12)
    return {
        "number": hex(number),
        "hash": f"0x{number:064x}",
        "timestamp": at,
        "transactions": list(transactions),
    } | more


def answers(*found: Any) -> Page:
    body: Any = [{"jsonrpc": "2.0", "id": number, "result": each} for number, each in enumerate(found, start=1)]
    return Page(body[0] if len(found) == 1 else body, None)


def receipt(number: int, status: str = "0x1") -> dict[str, Any]:
    return {"transactionHash": f"0x{number:064x}", "status": status}


def read(newest: list[Any], receipts: list[Any], *, again: list[Any] | None = None) -> list[FlowRecord]:
    older = again or [block(number) for number in range(HEAD - 7, HEAD - 1)]
    rows = [*older, *newest]
    pages = [answers(hex(HEAD)), answers(*rows[:5]), answers(*rows[5:])]
    pages += [answers(*receipts)] if receipts else []
    return ADAPTER.normalise(Payload(tuple(pages)), request(), fetched_at=NOON)


def transfers(records: list[FlowRecord]) -> list[Transfer]:
    return [each for each in records if isinstance(each, Transfer)]


def test_large_transfers_that_succeeded_are_read() -> None:
    found = transfers(
        read([block(HEAD - 1, sent(1), sent(2)), block(HEAD, sent(3, 49))], [receipt(1), receipt(2, "0x0")])
    )

    assert [(each.tx_hash[-1], each.from_address, each.to_address, each.amount) for each in found] == [
        ("1", "0xab", "0xcd", Decimal(60))
    ]
    assert (found[0].block_number, found[0].at) == (HEAD - 1, NOON - timedelta(seconds=12))


def test_blocks_scanned_before_are_looked_at_again_without_their_transactions() -> None:
    seen = [each for each in read([block(HEAD - 1), block(HEAD)], []) if isinstance(each, BlockSeen)]

    assert [(each.number - HEAD, each.scanned) for each in seen] == [
        *((number, False) for number in range(-7, -1)),
        (-1, True),
        (0, True),
    ]


def test_creations_and_transactions_without_a_receipt_are_no_transfers() -> None:
    assert transfers(read([block(HEAD - 1, sent(1, to=None), sent(2)), block(HEAD)], [None])) == []


def test_the_newest_block_may_not_be_there_yet() -> None:
    seen = read([block(HEAD - 1), None], [])

    assert [each.number - HEAD for each in seen if isinstance(each, BlockSeen)] == list(range(-7, 0))


@pytest.mark.parametrize(
    "older",
    [
        [None, *(block(number) for number in range(HEAD - 6, HEAD - 1))],
        [block(1), *(block(number) for number in range(HEAD - 6, HEAD - 1))],
        [block(HEAD - 7, timestamp="0x1"), *(block(number) for number in range(HEAD - 6, HEAD - 1))],
        [block(HEAD - 7, hash=None), *(block(number) for number in range(HEAD - 6, HEAD - 1))],
    ],
    ids=["missing", "another", "timeless", "nameless"],
)
def test_a_wrong_block_refuses_the_whole_answer(older: list[Any]) -> None:
    with pytest.raises(BadPayloadError):
        read([block(HEAD - 1), block(HEAD)], [], again=older)


def test_it_serves_ether_and_nothing_else() -> None:
    asked = [request(), request(assets="tokens"), request(chains=("polygon",)), request(chains=("ethereum", "tron"))]

    assert [ADAPTER.serves(each) for each in asked] == [True, False, False, False]
