"""Fees as each source writes them."""

from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import BadPayloadError, NotListedError, RateLimitedError, SettingsError
from shared.core.settings import Settings
from shared.providers.adapters.blockcypher_gas import BlockCypherGas
from shared.providers.adapters.blocknative_gas import BlocknativeGas
from shared.providers.adapters.blockstream_gas import BlockstreamGas
from shared.providers.adapters.etherscan_gas import ETHERSCAN_GAS, EtherscanGas
from shared.providers.adapters.evm_rpc_gas import EVM_RPC_GAS, EvmRpcGas
from shared.providers.adapters.mempool_space_gas import MempoolSpaceGas
from shared.providers.contract import AnyAdapter, GasRequest, Page, Payload
from shared.providers.gas import gas_providers
from shared.records.gas import GAS_UNITS, GasRecord
from shared.records.provider import PROVIDERS
from tests.clocks import NOON

from .fakes import ScriptedHttp, reply

URL = "https://provider.example"
ORACLE = EtherscanGas(URL, ETHERSCAN_GAS)
NODES = EvmRpcGas.of(URL, EVM_RPC_GAS[0])
ETHEREUM, BITCOIN = GasRequest("ethereum"), GasRequest("bitcoin")
LONDON = {
    "LastBlock": "23456789",
    "SafeGasPrice": "0.41",
    "ProposeGasPrice": "0.45",
    "FastGasPrice": "0.62",
    "suggestBaseFee": "0.401234567",
    "gasUsedRatio": "0.4,0.5",
}
HISTORY = {
    "oldestBlock": "0x64",
    "reward": [["0x1", "0x2", "0x3"], ["0x4", "0x5", "0x6"], ["0x2", "0x3", "0x4"]],
    "baseFeePerGas": ["0x10", "0x20", "0x30", "0x3b9aca00"],
    "gasUsedRatio": [0.5, 0.4, 0.6],
}


def read(adapter: AnyAdapter, body: Any, request: GasRequest = ETHEREUM) -> GasRecord:
    (record,) = adapter.normalise(Payload((Page(body, None),)), request, fetched_at=NOON)
    assert isinstance(record, GasRecord)
    return record


def oracle(**changed: Any) -> dict[str, Any]:
    result = {name: value for name, value in (LONDON | changed).items() if value is not None}
    return {"status": "1", "message": "OK", "result": result}


def node(history: Any = HISTORY, gas_price: Any = "0x3b9aca07") -> list[dict[str, Any]]:
    return [{"jsonrpc": "2.0", "id": 1, "result": history}, {"jsonrpc": "2.0", "id": 2, "result": gas_price}]


def test_etherscan_tells_whole_prices_digit_for_digit() -> None:
    record = read(ORACLE, oracle())

    assert (record.slow, record.average, record.fast) == (Decimal("0.41"), Decimal("0.45"), Decimal("0.62"))
    assert (record.base_fee, record.block, record.unit) == (Decimal("0.401234567"), 23456789, "gwei")
    assert record.observed_at == NOON


def test_etherscan_before_london_told_no_base_fee() -> None:
    assert read(ORACLE, oracle(suggestBaseFee=None, gasUsedRatio=None)).base_fee is None


@pytest.mark.parametrize(
    "changed",
    [
        {"SafeGasPrice": "0.7"},
        {"FastGasPrice": "0.1"},
        {"ProposeGasPrice": ""},
        {"ProposeGasPrice": None},
        {"ProposeGasPrice": "0"},
        {"SafeGasPrice": "-1"},
        {"LastBlock": "1.5"},
        {"suggestBaseFee": "much"},
    ],
)
def test_etherscans_prices_out_of_order_or_missing_are_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadPayloadError):
        read(ORACLE, oracle(**changed))


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("Max rate limit reached", RateLimitedError),
        ("Max calls per sec rate limit reached (3/sec)", RateLimitedError),
        ("Free API access is not supported for this chain. Please upgrade your api plan.", NotListedError),
    ],
)
async def test_etherscans_refusals_with_status_200_have_their_class(result: str, expected: type[Exception]) -> None:
    http = ScriptedHttp(lambda *_: reply({"status": "0", "message": "NOTOK", "result": result}))

    with pytest.raises(expected):
        await ORACLE.fetch(http, GasRequest("bsc"), "k")


async def test_etherscan_is_told_chain_and_key_in_the_query() -> None:
    http = ScriptedHttp(lambda *_: reply(oracle()))

    await ORACLE.fetch(http, GasRequest("polygon"), "k")

    asked = {"chainid": "137", "module": "gastracker", "action": "gasoracle", "apikey": "k"}
    assert http.asked == [(URL, asked, {})]


def test_a_node_tells_the_next_base_fee_and_the_middle_of_the_tips() -> None:
    record = read(NODES, node())

    assert record.base_fee == Decimal("1.000000000")
    assert (record.slow, record.average, record.fast) == tuple(
        Decimal(1) + Decimal(tip).scaleb(-9) for tip in (2, 3, 4)
    )
    assert record.block == 0x66


def test_empty_blocks_say_nothing_of_tips() -> None:
    history = HISTORY | {"reward": [["0x0", "0x0", "0x0"], ["0x0", "0x0", "0x0"], ["0x7", "0x8", "0x9"]]}
    record = read(NODES, node(history | {"gasUsedRatio": [0, 0, 0.6]}))

    assert record.slow == Decimal("1.000000007")


@pytest.mark.parametrize("history", [None, HISTORY | {"reward": None}, HISTORY | {"gasUsedRatio": [0, 0, 0]}])
def test_a_node_without_history_or_tips_tells_one_price(history: Any) -> None:
    record = read(NODES, node(history))

    assert (record.slow, record.average, record.fast) == (None, Decimal("1.000000007"), None)


def test_a_chain_without_a_base_fee_has_tips_alone() -> None:
    record = read(NODES, node(HISTORY | {"baseFeePerGas": ["0x0"] * 4}))

    assert (record.base_fee, record.average) == (Decimal(0), Decimal("0.000000003"))


@pytest.mark.parametrize(
    "history",
    [
        HISTORY | {"baseFeePerGas": []},
        HISTORY | {"baseFeePerGas": [1, 2]},
        HISTORY | {"oldestBlock": 100},
        HISTORY | {"reward": [["0x1", "0x2"]] * 3},
        HISTORY | {"reward": [["0x3", "0x2", "0x1"]] * 3},
        HISTORY | {"reward": [["0x1", "0x2", "0x3"]]},
        HISTORY | {"reward": [["1", "2", "3"]] * 3},
        [],
    ],
)
def test_a_history_that_cannot_be_read_is_refused(history: Any) -> None:
    with pytest.raises(BadPayloadError):
        read(NODES, node(history))


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(BadPayloadError):
        read(NODES, node(HISTORY | {"baseFeePerGas": ["0x0"] * 4, "reward": [["0x0"] * 3] * 3}))


@pytest.mark.parametrize(
    "names", [("baseFeePerGas", "maxPriorityFeePerGas"), ("baseFee", "maxPriorityFee")], ids=["new", "old"]
)
def test_blocknatives_certainties_become_three_prices(names: tuple[str, str]) -> None:
    base, tip = names
    rows = [
        {"confidence": sure, "price": 32, tip: Decimal(paid)} for sure, paid in ((99, "2"), (90, "1.5"), (70, "1.4"))
    ]
    block = {"blockNumber": 8, base: Decimal("31.17"), "estimatedPrices": rows}
    record = read(BlocknativeGas(URL), {"unit": "gwei", "currentBlockNumber": 7, "blockPrices": [block]})

    assert (record.slow, record.average, record.fast) == (Decimal("32.57"), Decimal("32.67"), Decimal("33.17"))
    assert (record.base_fee, record.block) == (Decimal("31.17"), 7)


@pytest.mark.parametrize(
    "body",
    [
        {"unit": "gwei", "blockPrices": []},
        {"unit": "wei", "blockPrices": [{"baseFeePerGas": 1, "estimatedPrices": [{"confidence": 90, "price": 2}]}]},
        {"unit": "gwei", "blockPrices": [{"baseFeePerGas": 1, "estimatedPrices": [{"confidence": 99, "price": 2}]}]},
        {"blockPrices": None},
    ],
)
def test_blocknatives_answers_without_prices_in_gwei_are_refused(body: Any) -> None:
    with pytest.raises(BadPayloadError):
        read(BlocknativeGas(URL), body)


def test_bitcoins_fees_are_satoshis_for_a_virtual_byte() -> None:
    record = read(MempoolSpaceGas(URL), {"fastestFee": 5, "halfHourFee": 3, "hourFee": Decimal("1.5")}, BITCOIN)

    assert (record.slow, record.average, record.fast, record.base_fee) == (Decimal("1.5"), Decimal(3), Decimal(5), None)
    assert record.unit == GAS_UNITS["bitcoin"] == "sat/vB"


def test_blockstreams_estimates_are_of_six_blocks_three_and_the_next() -> None:
    body = {"1": Decimal("5.1"), "2": 5, "3": 3, "6": Decimal("1.5"), "144": 1}
    record = read(BlockstreamGas(URL), body, BITCOIN)

    assert (record.slow, record.average, record.fast, record.unit) == (
        Decimal("1.5"),
        Decimal(3),
        Decimal("5.1"),
        "sat/vB",
    )


@pytest.mark.parametrize("body", [{}, {"1": 5, "6": 1}, {"3": 0}, [], None, {"1": 1, "3": 2, "6": 3}])
def test_estimates_that_say_nothing_are_refused(body: Any) -> None:
    with pytest.raises(BadPayloadError):
        read(BlockstreamGas(URL), body, BITCOIN)


def test_blockcyphers_fees_of_a_kilobyte_become_those_of_a_byte() -> None:
    body = {"low_fee_per_kb": 1500, "medium_fee_per_kb": 3000, "high_fee_per_kb": 5250, "height": 9}
    record = read(BlockCypherGas(URL), body, BITCOIN)

    assert (record.slow, record.average, record.fast) == (Decimal("1.5"), Decimal(3), Decimal("5.25"))
    assert (record.block, record.unit) == (9, "sat/vB")


def test_blockcyphers_gas_is_told_in_wei() -> None:
    body = {"low_gas_price": 10**9, "medium_gas_price": 15 * 10**8, "high_gas_price": 2 * 10**9, "base_fee": 9 * 10**8}
    record = read(BlockCypherGas(URL), body)

    assert (record.slow, record.average, record.fast) == (Decimal(1), Decimal("1.5"), Decimal(2))
    assert (record.base_fee, record.unit) == (Decimal("0.9"), "gwei")


@pytest.mark.parametrize("body", [{}, {"low_fee_per_kb": 1}, {"low_fee_per_kb": 3, "medium_fee_per_kb": 2}, [], None])
def test_a_head_without_fees_is_refused(body: Any) -> None:
    with pytest.raises(BadPayloadError):
        read(BlockCypherGas(URL), body, BITCOIN)


def test_bitcoins_fees_out_of_order_are_refused() -> None:
    with pytest.raises(BadPayloadError):
        read(MempoolSpaceGas(URL), {"fastestFee": 1, "halfHourFee": 3, "hourFee": 2}, BITCOIN)


def test_every_provider_of_fees_is_listed_and_every_chain_has_one() -> None:
    providers = gas_providers(Settings.from_environment({}))

    assert [each.id for each in providers] == list(PROVIDERS["gas"])
    for chain in GAS_UNITS:
        assert [each.id for each in providers if each.adapter.serves(GasRequest(chain))]


def test_an_operators_own_nodes_are_asked_in_his_order() -> None:
    nodes = EvmRpcGas.of("https://mine.example/a, https://mine.example/b/", EVM_RPC_GAS[0])

    assert nodes.urls == ("https://mine.example/a", "https://mine.example/b")


@pytest.mark.parametrize("listed", ["", ",", "mine.example", "https://mine.example,ftp://other.example"])
def test_addresses_that_are_none_are_refused(listed: str) -> None:
    with pytest.raises(SettingsError):
        EvmRpcGas.of(listed, EVM_RPC_GAS[0])
