"""Fees on demand: whoever answers is named, two callers are one question, and old fees say that they are old."""

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from functions.on_chain.main import build
from sandbox.serving import Served, serve
from shared.domain.gas.models import Gas
from shared.http.envelope import Envelope
from shared.records.gas import GAS_UNITS
from tests.clocks import NOON, SteppingClock
from tests.unit.sandbox.calls import Caller

from .ondemand import RENEW, Asked, environment_over

ROOT = Path(__file__).parents[2]
ETHEREUM = ("etherscan", "evm_rpc", "blocknative", "blockcypher")
BITCOIN = ("mempool_space", "blockstream", "blockcypher")
GAS = "/api/v1/on-chain/gas"
UNUSABLE = (
    "rate_limit",
    "rate_limit_silent",
    "server_error",
    "error_body",
    "html",
    "redirect",
    "timeout",
    "reset",
    "truncated",
    "refused",
    "stopped",
    "endless",
    "swapped",
    "nulls",
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


@pytest.fixture
def upstream(sandbox: Served) -> Iterator[Caller]:
    caller = Caller(sandbox.port)
    caller.call("DELETE", "/admin/requests")
    yield caller
    caller.call("DELETE", "/admin/faults")


@pytest.fixture
async def gas(sandbox: Served, upstream: Caller, tmp_path: Path) -> AsyncIterator[Asked]:
    asked = Asked(build, environment_over(sandbox.url, str(tmp_path / "documents.db")), SteppingClock(NOON))
    yield asked
    await asked.close()


def requests_of(upstream: Caller, provider: str) -> int:
    counted = upstream.call("GET", "/admin/requests").json()
    return int(counted.get(provider, {"total": 0})["total"])


@pytest.mark.parametrize("chain", GAS_UNITS)
async def test_every_chain_has_fees_that_rise_from_slow_to_fast(gas: Asked, chain: str) -> None:
    body = Envelope[Gas].model_validate(await gas.fresh(f"{GAS}?chain={chain}"))

    found = body.data
    assert found.slow is not None
    assert found.fast is not None
    assert 0 < found.slow <= found.average <= found.fast
    assert (found.chain, found.unit) == (chain, GAS_UNITS[chain])
    assert (body.meta.stale, body.meta.source, body.meta.sources) == (False, "sandbox", [found.source])
    assert found.as_of == body.meta.as_of


async def test_ethereum_is_the_default_and_is_fresh_for_fifteen_seconds(gas: Asked) -> None:
    answer = await gas.get(GAS)

    assert answer.json()["data"]["chain"] == "ethereum"
    assert answer.headers["cache-control"].startswith("public, max-age=15,")


async def test_a_chain_that_the_free_plan_leaves_out_is_asked_of_its_nodes(gas: Asked, upstream: Caller) -> None:
    body = await gas.fresh(f"{GAS}?chain=bsc")

    assert body["data"]["source"] == "evm_rpc_bsc"
    assert requests_of(upstream, "etherscan") == 1


@pytest.mark.parametrize("kind", UNUSABLE)
async def test_the_next_source_answers_for_one_that_fails(gas: Asked, upstream: Caller, kind: str) -> None:
    upstream.fault("etherscan", kind)

    body = await gas.fresh(GAS)

    assert body["meta"]["sources"] == ["evm_rpc_ethereum"]
    assert body["meta"]["stale"] is False


async def test_an_answer_that_is_merely_slow_counts(gas: Asked, upstream: Caller) -> None:
    upstream.fault("etherscan", "slow", options={"seconds": 0.2})

    assert (await gas.fresh(GAS))["meta"]["sources"] == ["etherscan"]


async def test_the_third_source_answers_when_two_fail(gas: Asked, upstream: Caller) -> None:
    upstream.fault("etherscan", "server_error")
    upstream.fault("evm_rpc", "server_error")

    assert (await gas.fresh(GAS))["meta"]["sources"] == ["blocknative"]


@pytest.mark.parametrize("failing", [BITCOIN[:count] for count in range(1, len(BITCOIN))], ids=", ".join)
async def test_bitcoin_has_three_sources_of_fees(gas: Asked, upstream: Caller, failing: tuple[str, ...]) -> None:
    for provider in failing:
        upstream.fault(provider, "server_error")

    body = await gas.fresh(f"{GAS}?chain=bitcoin")

    assert (body["meta"]["sources"], body["meta"]["stale"]) == ([BITCOIN[len(failing)]], False)


async def test_ethereum_has_a_fourth(gas: Asked, upstream: Caller) -> None:
    for provider in ETHEREUM[:3]:
        upstream.fault(provider, "server_error")

    assert (await gas.fresh(GAS))["meta"]["sources"] == ["blockcypher"]


@pytest.mark.parametrize("chain", GAS_UNITS)
async def test_fees_of_every_chain_become_stale_when_all_its_sources_fail(
    gas: Asked, upstream: Caller, chain: str
) -> None:
    before = await gas.fresh(f"{GAS}?chain={chain}")
    for provider in {*ETHEREUM, *BITCOIN}:
        upstream.fault(provider, "server_error")
    gas.clock.advance(600)

    after = await gas.fresh(f"{GAS}?chain={chain}")

    assert (after["data"], after["meta"]["stale"], before["meta"]["stale"]) == (before["data"], True, False)


async def test_when_nobody_answers_the_last_fees_are_told_and_said_to_be_stale(gas: Asked, upstream: Caller) -> None:
    before = await gas.fresh(GAS)
    for provider in ETHEREUM:
        upstream.fault(provider, "server_error")
    gas.clock.advance(600)

    after = await gas.fresh(GAS)

    assert after["data"] == before["data"]
    assert (after["meta"]["stale"], after["meta"]["age_s"]) == (True, 600)
    assert after["meta"]["sources"] == ["etherscan"]


async def test_another_instance_knows_the_last_fees_too(
    gas: Asked, sandbox: Served, upstream: Caller, tmp_path: Path
) -> None:
    before = await gas.fresh(GAS)
    for provider in ETHEREUM:
        upstream.fault(provider, "refused")

    other = Asked(build, environment_over(sandbox.url, str(tmp_path / "documents.db")), SteppingClock(NOON))
    after = await other.fresh(GAS)
    await other.close()

    assert after["data"] == before["data"]
    assert after["meta"]["stale"] is True


async def test_a_caller_does_not_wait_until_those_that_hang_let_go(gas: Asked, upstream: Caller) -> None:
    await gas.fresh(GAS)
    for provider in ETHEREUM:
        upstream.fault(provider, "timeout")

    async with asyncio.timeout(10):
        body = await gas.fresh(GAS)

    assert body["meta"]["stale"] is True


async def test_without_any_earlier_fees_it_is_unavailable(gas: Asked, upstream: Caller) -> None:
    for provider in ETHEREUM:
        upstream.fault(provider, "server_error")

    answer = await gas.get(GAS)

    assert (answer.status_code, answer.json()["code"]) == (503, "no_data")
    assert answer.headers["retry-after"] == "30"


async def test_two_callers_at_once_are_one_question(gas: Asked, upstream: Caller) -> None:
    answers = await asyncio.gather(*(gas.get(GAS) for _ in range(8)))

    assert {answer.status_code for answer in answers} == {200}
    assert requests_of(upstream, "etherscan") == 1


async def test_a_second_caller_within_fifteen_seconds_asks_nobody(gas: Asked, upstream: Caller) -> None:
    await gas.get(GAS)
    gas.clock.advance(14)
    again = await gas.get(GAS)

    assert again.headers["x-cache"] == "hit-memory"
    assert requests_of(upstream, "etherscan") == 1


async def test_a_source_that_failed_twice_is_left_alone(gas: Asked, upstream: Caller) -> None:
    upstream.fault("etherscan", "server_error")
    for _ in range(4):
        await gas.get(GAS, RENEW)

    assert requests_of(upstream, "etherscan") == 2


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [("chain=nowhere", 404, "chain_not_found"), ("chain=solana", 422, None), ("chian=ethereum", 422, None)],
)
async def test_chains_without_fees_are_refused_and_nobody_is_asked(
    gas: Asked, upstream: Caller, query: str, status: int, code: str | None
) -> None:
    answer = await gas.get(f"{GAS}?{query}")

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert requests_of(upstream, "etherscan") == 0


async def test_a_chain_that_nobody_tells_of_is_told_with_those_there_are(gas: Asked) -> None:
    (error,) = (await gas.get(f"{GAS}?chain=solana")).json()["detail"]

    assert error["loc"] == ["query", "chain"]
    assert "ethereum" in error["msg"]


def test_the_way_out_is_imported_only_when_somebody_is_asked() -> None:
    script = """
        import sys
        from functions.on_chain.main import build
        from shared.core.settings import Settings
        build(Settings.from_environment({"DOCUMENTS_FILE": "/tmp/nowhere.db", "DB_HOST": "127.0.0.1", "DB_USER": "me"}))
        print("httpx2" in sys.modules)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"
