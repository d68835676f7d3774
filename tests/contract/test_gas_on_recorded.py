"""Recorded answers about fees: oracles before and after London, a node's history, every refusal of Etherscan."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, NotListedError, RateLimitedError
from shared.providers.adapters.etherscan_gas import ETHERSCAN_GAS, EtherscanGas
from shared.providers.adapters.evm_rpc_gas import EVM_RPC_GAS, EvmRpcGas
from shared.providers.contract import GasRequest, Page, Payload
from shared.providers.numbers import JsonValue, parsed
from shared.records.gas import GasRecord
from tests.recordings import PAYLOADS, needs_recordings
from tests.unit.providers.fakes import ScriptedHttp, reply

pytestmark = needs_recordings

LATER = datetime(2027, 1, 1, tzinfo=UTC)
ETHEREUM = GasRequest("ethereum")
ORACLE, NODE = (
    EtherscanGas("https://provider.example", ETHERSCAN_GAS),
    EvmRpcGas.of("https://node.example", EVM_RPC_GAS[0]),
)


def body_of(name: str) -> Any:
    return parsed((PAYLOADS / name).read_bytes())


def oracles() -> Iterator[str]:
    for entry in json.loads((PAYLOADS / "MANIFEST.json").read_text(encoding="utf-8")):
        if "gasoracle" in entry["endpoint"] or "gas_oracle" in entry["endpoint"]:
            yield entry["file"]


def read(body: JsonValue) -> GasRecord:
    (record,) = ORACLE.normalise(Payload((Page(body, None),)), ETHEREUM, fetched_at=LATER)
    return record


def test_every_recorded_oracle_is_read_digit_for_digit() -> None:
    names = list(oracles())

    assert len(names) == 3
    for name in names:
        body = body_of(name)
        # A log of a client library has the result alone.
        row = body.get("res") or body["result"]
        record = read({"status": "1", "message": "OK", "result": row})
        told = (record.slow, record.average, record.fast, record.block)
        assert [str(each) for each in told] == [
            row[name] for name in ("SafeGasPrice", "ProposeGasPrice", "FastGasPrice", "LastBlock")
        ]
        assert (record.base_fee and str(record.base_fee)) == row.get("suggestBaseFee")


def test_the_recorded_history_is_added_up() -> None:
    body: JsonValue = [
        {"jsonrpc": "2.0", "id": 1, "result": body_of("ethereum-rpc/eth_feeHistory__01.json")},
        {"jsonrpc": "2.0", "id": 2, "result": "0x12dbf9ea00"},
    ]

    (record,) = NODE.normalise(Payload((Page(body, None),)), ETHEREUM, fetched_at=LATER)

    base = 0xD85007E
    assert record.base_fee == Decimal(base).scaleb(-9)
    assert record.slow == Decimal(base + 0xB).scaleb(-9)
    assert record.average == Decimal(base + 0x3589687).scaleb(-9)
    assert record.fast == Decimal(base + 0x3B9ACA00).scaleb(-9)
    assert record.block == 0x4A7788 + 4


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("etherscan/api_any__01.json", RateLimitedError),
        ("etherscan/api_any__02.json", RateLimitedError),
        ("etherscan/v2_api_module_account_action_txlist__02.json", NotListedError),
        ("etherscan/v2_api_module_proxy_action_eth_getCode__01.json", NotListedError),
        ("etherscan/v2_api_module_proxy_action_eth_getBlockByNumber__03.json", RateLimitedError),
        ("etherscan/api_module_block_action_getblocknobytime__03.json", BadPayloadError),
    ],
)
async def test_etherscans_recorded_refusals_have_their_class(name: str, expected: type[Exception]) -> None:
    http = ScriptedHttp(lambda *_: reply((PAYLOADS / name).read_bytes()))

    with pytest.raises(expected):
        await ORACLE.fetch(http, ETHEREUM, "k")
