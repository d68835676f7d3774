"""The sandbox's fees: the same for all who tell them, shaped like the real ones, moved by the market."""

import json
from datetime import timedelta
from typing import Any

import pytest

from sandbox.desk import Desk
from sandbox.faults import Fault
from sandbox.fees import CHAINS, fees_of, satoshis_of
from sandbox.market import Market
from sandbox.stand import Scene
from sandbox.timeline import floor_seconds
from sandbox.wire import Asked
from tests.unit.sandbox.calls import NOON
from tests.unit.sandbox.recorded import RECORDED, needs_recorded

HISTORY = ["0xa", "latest", [10, 50, 90]]


def scene_at(market: Market, minutes: int = 0, fault: str | None = None) -> Scene:
    seconds = floor_seconds(NOON + timedelta(minutes=minutes))
    return Scene(market, seconds, Fault(fault, 1, seconds) if fault else None)


def rpc(desk: Desk, chain: str, *asked: tuple[str, list[Any]], path: str | None = None) -> Any:
    batch = [{"jsonrpc": "2.0", "id": at, "method": name, "params": params} for at, (name, params) in enumerate(asked)]
    return json.loads(desk.answer(Asked("evm_rpc", path or f"/{chain}", body=json.dumps(batch).encode())).body)


def oracle(desk: Desk, query: str = "chainid=1", key: str = "&apikey=sandbox-primary") -> Any:
    whole = f"{query}&module=gastracker&action=gasoracle{key}"
    return json.loads(desk.answer(Asked("etherscan", "/v2/api", whole)).body)


def test_fees_are_a_function_of_seed_and_time() -> None:
    found = [fees_of(scene_at(Market(7, 100), minutes), "ethereum") for minutes in (5, 0, 5)]

    assert found[0] == found[2] != found[1]
    assert fees_of(scene_at(Market(8, 100)), "ethereum") != found[1]


@pytest.mark.parametrize("chain", CHAINS)
def test_prices_rise_from_slow_to_fast_on_every_chain(market: Market, chain: str) -> None:
    slow, average, fast = fees_of(scene_at(market), chain).prices

    assert 0 < slow <= average <= fast


def test_consecutive_moments_agree_on_the_blocks_they_share(market: Market) -> None:
    before, after = (fees_of(scene_at(market, minutes), "ethereum") for minutes in (0, 1))

    assert after.block - before.block == 5
    assert before.used[5:] == after.used[:5]


def test_fees_rise_when_the_market_moves(market: Market) -> None:
    def moved(minutes: int) -> float:
        scene = scene_at(market, minutes)
        return abs(float(scene.snapshot.change(3600)[market.index["ethereum"]]))

    hours = sorted(range(0, 60 * 24 * 20, 60), key=moved)
    calm, stirred = (
        sum(fees_of(scene_at(market, each), "ethereum").base[-1] for each in some) for some in (hours[:20], hours[-20:])
    )

    assert stirred > calm


def test_all_sources_tell_the_same_block_and_base_fee(desk: Desk) -> None:
    told = oracle(desk)["result"]
    [history] = rpc(desk, "ethereum", ("eth_feeHistory", HISTORY))
    blocks = json.loads(desk.answer(Asked("blocknative", "/gasprices/blockprices", "chainid=1")).body)

    base = int(history["result"]["baseFeePerGas"][-1], 16)
    assert float(told["suggestBaseFee"]) == pytest.approx(base / 1e9, abs=1e-9)
    assert blocks["blockPrices"][0]["baseFeePerGas"] == pytest.approx(base / 1e9)
    newest = int(history["result"]["oldestBlock"], 16) + 9
    assert newest == int(told["LastBlock"]) == blocks["currentBlockNumber"]


@needs_recorded
def test_the_oracle_and_the_history_have_the_recorded_fields(desk: Desk) -> None:
    real = json.loads((RECORDED / "etherscan/api_module_gastracker_action_gasoracle__02.json").read_text())
    ours = oracle(desk)
    history = json.loads((RECORDED / "ethereum-rpc/eth_feeHistory__01.json").read_text())
    [told] = rpc(desk, "ethereum", ("eth_feeHistory", ["0x5", "latest", [10, 50, 90]]))

    assert ours.keys() == real.keys()
    assert ours["result"].keys() == real["result"].keys()
    assert {type(value) for value in ours["result"].values()} == {type(value) for value in real["result"].values()}
    assert told["result"].keys() == history.keys()
    assert [len(told["result"][name]) for name in history if name != "oldestBlock"] == [
        len(history[name]) for name in history if name != "oldestBlock"
    ]


@needs_recorded
def test_etherscan_refuses_in_its_own_words(desk: Desk) -> None:
    real = json.loads((RECORDED / "etherscan/v2_api_module_account_action_txlist__02.json").read_text())

    assert oracle(desk, "chainid=56") == real
    assert oracle(desk, key="&apikey=mine")["result"].startswith("Invalid API Key")
    assert oracle(desk, key="")["result"] == "Missing/Invalid API Key"


def test_a_node_answers_a_batch_and_says_what_it_does_not_know(desk: Desk) -> None:
    number, chain, unknown, wrong = rpc(
        desk, "base", ("eth_blockNumber", []), ("eth_chainId", []), ("eth_mine", []), ("eth_feeHistory", [])
    )

    assert int(number["result"], 16) > 0
    assert chain["result"] == hex(8453)
    assert (unknown["error"]["code"], wrong["error"]["code"]) == (-32601, -32602)


def test_a_node_says_that_it_cannot_read(desk: Desk) -> None:
    answer = desk.answer(Asked("evm_rpc", "/ethereum", body=b"{"))

    assert json.loads(answer.body)["error"]["code"] == -32700
    assert desk.answer(Asked("evm_rpc", "/nowhere", body=b"[]")).status == 404


def test_faults_change_the_fees(market: Market) -> None:
    plain, times_ten = (fees_of(scene_at(market, fault=fault), "ethereum") for fault in (None, "times_ten"))
    swapped = fees_of(scene_at(market, fault="swapped"), "ethereum").prices

    assert times_ten.base[-1] == pytest.approx(10 * plain.base[-1], rel=1e-6)
    assert swapped[0] > swapped[2]
    assert satoshis_of(scene_at(market))[0] <= satoshis_of(scene_at(market))[2]
