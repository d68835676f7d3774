"""The chains of the sandbox: pure functions of seed and time that go with the market, in the providers' layouts."""

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from sandbox import chains
from sandbox.desk import Desk
from sandbox.market import Market
from sandbox.snapshot import DAY
from sandbox.stand import Scene
from sandbox.wire import Asked
from tests.recordings import PAYLOADS, needs_recordings
from tests.unit.sandbox.calls import NOON

BASE = round(NOON.timestamp())


def asked(desk: Desk, provider: str, path: str, query: str = "", body: object = None) -> Any:
    sent = b"" if body is None else json.dumps(body).encode()
    return json.loads(desk.answer(Asked(provider, path, query, body=sent)).body)


def test_every_seed_has_chains_of_its_own_and_each_always_the_same(market: Market) -> None:
    once, again = (chains.facts_of(Scene(each, BASE), "ethereum") for each in (market, Market(7, 300)))
    other = chains.facts_of(Scene(Market(8, 300), BASE), "ethereum")

    assert once == again != other


@pytest.mark.parametrize(
    ("provider", "path"),
    [
        ("defillama", "/v2/historicalChainTvl/Ethereum"),
        ("blockchain_com", "/charts/n-transactions"),
        ("growthepie", "/v1/fundamentals.json"),
        ("coinmetrics", "/v4/timeseries/asset-metrics?"),
        ("blockchair", "/dogecoin/stats"),
    ],
)
def test_answers_are_the_same_bytes_whoever_asks_and_however_often(market: Market, provider: str, path: str) -> None:
    path, _, _ = path.partition("?")
    query = "assets=btc&metrics=AdrActCnt" if provider == "coinmetrics" else ""
    bodies = {
        Desk(each, lambda: NOON, pro_keys=(), coincap_keys=()).answer(Asked(provider, path, query)).body
        for each in (market, Market(7, 300))
    }

    assert len(bodies) == 1


def test_value_locked_follows_the_coin(market: Market) -> None:
    days = [BASE - 3 * DAY * number for number in range(100)]
    facts = [chains.facts_of(Scene(market, day), "solana") for day in days]

    prices, locked = ([getattr(each, name) for each in facts] for name in ("price", "tvl"))
    assert np.corrcoef(np.log(prices), np.log(locked))[0, 1] > 0.9


def test_fees_rise_more_than_transactions_when_the_market_is_stirred(market: Market) -> None:
    phases = market.phases(NOON - timedelta(days=1500), NOON)

    def mean(kind: str, field: str) -> float:
        moments = [
            phase.start + (phase.end - phase.start) * share
            for phase in phases
            if phase.kind == kind
            for share in (0.3, 0.5, 0.7)
        ]
        return float(
            np.mean(
                [
                    getattr(chains.facts_of(Scene(market, round(at.timestamp()) // 5 * 5), "ethereum"), field)
                    for at in moments
                ]
            )
        )

    assert mean("bear", "fees") > 1.5 * mean("neutral", "fees")
    assert 1.0 < mean("bear", "transactions") / mean("neutral", "transactions") < 1.5


def test_stablecoins_grow_in_a_bull_phase_and_shrink_in_a_bear_phase(market: Market) -> None:
    for phase in market.phases(NOON - timedelta(days=1500), NOON):
        first, last = (
            chains.facts_of(Scene(market, round(at.timestamp()) // 5 * 5), "tron").stablecoins
            for at in (phase.start + timedelta(days=1), phase.end - timedelta(days=1))
        )
        if phase.kind != "neutral":
            assert (last > first) == (phase.kind == "bull")


def test_some_days_are_missing_for_ever(market: Market) -> None:
    now, later = (
        {day for day, _ in chains.days_of(Scene(market, at), "ethereum", most=300)} for at in (BASE, BASE + 5 * DAY)
    )
    today = BASE - BASE % DAY
    missing = set(range(today - 300 * DAY, today, DAY)) - now

    assert 0 < len(missing) < 15
    assert not missing & later


def test_an_unknown_chain_is_answered_as_the_provider_does(desk: Desk) -> None:
    assert desk.answer(Asked("defillama", "/v2/historicalChainTvl/Nowhere")).status == 400
    assert asked(desk, "defillama", "/stablecoins/stablecoincharts/Nowhere") == []
    assert desk.answer(Asked("blockchair", "/nowhere/stats")).status == 404
    assert desk.answer(Asked("blockcypher", "/v1/nowhere/main")).status == 404
    assert desk.answer(Asked("coinmetrics", "/v4/timeseries/asset-metrics", "assets=nowhere")).status == 400


def test_nodes_answer_questions_batches_and_nonsense(desk: Desk) -> None:
    question = {"jsonrpc": "2.0", "id": 5, "method": "getSupply", "params": []}

    one = asked(desk, "solana_rpc", "/", body=question)
    batch = asked(desk, "solana_rpc", "/", body=[question, question | {"id": 6, "method": "nonsense"}])

    assert one["id"] == 5
    assert one["result"]["value"]["circulating"] > 0
    assert batch[0]["result"] == one["result"]
    assert batch[1] == {"jsonrpc": "2.0", "id": 6, "error": {"code": -32601, "message": "Method not found"}}
    assert desk.answer(Asked("solana_rpc", "/", body=b"{")).status == 400
    assert asked(desk, "near_rpc", "/", body=question | {"method": "block", "params": {"block_id": 10**12}})["error"]


def test_blocks_follow_each_other_in_time(desk: Desk) -> None:
    def block(number: int) -> Any:
        sent = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": [hex(number), False]}
        return asked(desk, "evm_rpc", "/ethereum", body=sent)["result"]

    newest = chains.height_of("ethereum", BASE)

    assert int(block(newest)["timestamp"], 16) <= BASE
    assert int(block(newest)["timestamp"], 16) - int(block(newest - 100)["timestamp"], 16) == 1200
    assert block(newest)["parentHash"] == block(newest - 1)["hash"]
    assert block(newest + 1) is None


def recorded(file: str) -> Any:
    return json.loads((PAYLOADS / file).read_text(encoding="utf-8"))


@needs_recordings
def test_chains_have_the_recorded_fields(desk: Desk) -> None:
    real, ours = recorded("defillama/v2_chains__01.json"), asked(desk, "defillama", "/v2/chains")

    assert {tuple(sorted(row)) for row in ours} == {tuple(sorted(row)) for row in real}
    assert {type(row["chainId"]) for row in ours} == {type(row["chainId"]) for row in real} == {int, str, type(None)}
    assert {type(row["gecko_id"]) for row in ours} == {str, type(None)}


@needs_recordings
def test_stablecoins_and_fees_have_the_recorded_fields(desk: Desk) -> None:
    real = recorded("defillama/stablecoins__01.json")["chains"]
    ours = asked(desk, "defillama", "/stablecoins/stablecoinchains")

    assert {name for row in real for name in row} <= {name for row in ours for name in row}
    assert {peg for row in ours for peg in row["totalCirculatingUSD"]} <= {
        peg for row in real for peg in row["totalCirculatingUSD"]
    }


@needs_recordings
def test_the_head_of_ethereum_has_the_recorded_fields(desk: Desk) -> None:
    real, ours = recorded("blockcypher/v1_eth_main__07.json"), asked(desk, "blockcypher", "/v1/eth/main")

    assert list(ours) == list(real)
    assert {name: type(value) for name, value in ours.items()} == {name: type(value) for name, value in real.items()}
    assert len(ours["time"]) == len(real["time"])


@needs_recordings
def test_a_block_has_recorded_fields(desk: Desk) -> None:
    real = recorded("ethereum-rpc/eth_getBlockByNumber__02.json")["result"]
    sent = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": ["latest", False]}
    ours = asked(desk, "evm_rpc", "/ethereum", body=sent)["result"]

    assert set(ours) <= set(real)
    assert {name: type(value) for name, value in ours.items()} == {name: type(real[name]) for name in ours}
