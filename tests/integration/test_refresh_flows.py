"""A refresh of flows over real parts: a sandbox over HTTP, a document file and PostgreSQL, with a clock that is moved."""

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.on_chain.main import build
from functions.refresh_flows.refresh import FlowRefresh
from sandbox.market import Market
from sandbox.serving import Served as Sandbox
from sandbox.serving import serve
from sandbox.transfers import is_orphan, number_at
from shared.cache.embedded import EmbeddedDocuments
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.flows.writing import FlowWriter
from shared.http.refresh import Occasion
from shared.providers.flows import flow_sources
from shared.records.refresh import RefreshReport
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.flows import price
from tests.functions.ondemand import Asked, environment_over

MINUTE = timedelta(minutes=1)
FAULTS = [
    "rate_limit",
    "rate_limit_silent",
    "server_error",
    "error_body",
    "html",
    "redirect",
    "truncated",
    "reset",
    "refused",
    "stopped",
    "timeout",
    "endless",
    "nulls",
    "skewed",
]
FREE = ("mempool_space", "etherscan")
PRICES = {"bitcoin": 60_000, "ethereum": 2_000, "tether": 1, "usd-coin": 1, "tron": 1, "solana": 100}


@dataclass
class Flows:
    """One instance of the refresh over the sandbox, and the function that answers with what it stored."""

    refresh: FlowRefresh
    place: Place
    clock: SteppingClock
    sandbox: Sandbox
    answers: Asked
    runs: int = 0

    async def run(self, key: str | None = None) -> RefreshReport:
        self.runs += 1
        self.admin("PUT", "clock", {"now": self.clock.now().isoformat()})
        for token_id, usd in PRICES.items():
            price(self.place, token_id, usd, at=self.clock.now())
        return await self.refresh.run(Occasion(key or f"run {self.runs}"))

    def admin(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 localhost
            f"{self.sandbox.url}/admin/{path}", method=method, data=None if body is None else json.dumps(body).encode()
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 localhost
            return json.loads(response.read())

    def fault(self, kind: str, *providers: str) -> None:
        for provider in providers:
            self.admin("PUT", f"faults/{provider}", {"fault": kind})

    def count(self, where: str) -> int:
        return int(str(self.place.run(f"SELECT count(*) FROM transfers WHERE {where}")[0][0]))  # noqa: S608


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


@pytest.fixture
async def flows(sandbox: Sandbox, place: Place, tmp_path: Path) -> AsyncIterator[Flows]:
    clock = SteppingClock()
    environment = environment_over(sandbox.url, str(tmp_path / "documents.db"), place)
    settings = Settings.from_environment(environment)
    documents = EmbeddedDocuments(tmp_path / "documents.db", clock=clock)
    sources = flow_sources(settings, documents, clock)
    database = Database(place.writer, read_only=False)
    refresh = FlowRefresh(
        sources=sources,
        writer=FlowWriter(database),
        documents=documents,
        clock=clock,
        source="sandbox",
        scan_within=timedelta(seconds=3),
    )
    made = Flows(refresh, place, clock, sandbox, Asked(build, environment, clock))
    yield made
    made.admin("DELETE", "faults")
    await made.answers.close()
    await sources.close()
    await database.close()
    await documents.close()


async def test_each_chain_is_told_by_its_first_choice(flows: Flows) -> None:
    report = await flows.run()

    told = flows.place.run("SELECT chain, array_agg(DISTINCT provider) FROM transfers GROUP BY 1 ORDER BY 1")
    assert report.outcome == "succeeded", report.sources
    assert [row for row in told if row[0] in ("bitcoin", "ethereum")] == [
        ["bitcoin", ["mempool_space"]],
        ["ethereum", ["etherscan"]],
    ]
    assert flows.count("usd IS NULL") == 0
    assert flows.count("usd < 90000") == 0
    assert flows.count("from_owner IS NOT NULL") > 0
    assert flows.count("to_owner IS NOT NULL") > 0
    assert flows.count("from_owner IS NULL AND to_owner IS NULL") > 0


async def test_what_was_stored_is_answered(flows: Flows) -> None:
    await flows.run()

    whales = await flows.answers.fresh("/api/v1/on-chain/bitcoin/whale-alerts?min_usd=100000")
    hours = await flows.answers.fresh("/api/v1/on-chain/bitcoin/exchange-flow")

    assert whales["data"]
    assert whales["meta"]["sources"] == ["mempool_space"]
    assert (whales["meta"]["source"], whales["meta"]["stale"]) == ("sandbox", False)
    assert sum(bucket["transfers"] for bucket in hours["data"]["buckets"]) == flows.count(
        "chain = 'bitcoin' AND (from_owner IS NULL) <> (to_owner IS NULL)"
    )
    assert all(bucket["z_score"] is None for bucket in hours["data"]["buckets"])


@pytest.mark.parametrize("kind", FAULTS)
async def test_with_the_first_choices_failing_whale_alert_tells(flows: Flows, kind: str) -> None:
    flows.fault(kind, *FREE)

    report = await flows.run()

    errors = {source.provider: source.error_code for source in report.sources}
    assert report.outcome == "degraded"
    assert errors["mempool_space"] is not None
    assert errors["whale_alert"] is None
    assert flows.place.run("SELECT DISTINCT provider FROM transfers") == [["whale_alert"]]
    body = await flows.answers.fresh("/api/v1/on-chain/ethereum/whale-alerts")
    assert body["meta"]["sources"] == ["whale_alert"]


async def test_with_everybody_failing_nothing_is_written_and_answers_go_stale(flows: Flows) -> None:
    await flows.run()
    before = flows.place.run("SELECT count(*) FROM transfers"), flows.place.run("SELECT count(*) FROM exchange_flows")
    flows.fault("server_error", *FREE, "whale_alert")
    outcomes, stale = [], []
    for _ in range(4):
        flows.clock.advance(5 * MINUTE)
        outcomes.append((await flows.run()).outcome)
        body = await flows.answers.fresh("/api/v1/on-chain/bitcoin/whale-alerts")
        hours = await flows.answers.fresh("/api/v1/on-chain/bitcoin/exchange-flow")
        stale.append((body["meta"]["stale"], hours["meta"]["stale"]))

    assert outcomes == ["failed"] * 4
    assert stale == [(False, False)] * 3 + [(True, True)]
    assert before == (
        flows.place.run("SELECT count(*) FROM transfers"),
        flows.place.run("SELECT count(*) FROM exchange_flows"),
    )


async def test_a_replaced_block_marks_what_was_only_in_it(flows: Flows) -> None:
    market = Market(7, 60)
    moments = (NOON + number * 10 * MINUTE for number in range(2_000))
    replaced = next(
        at
        for at in moments
        if is_orphan(market, "bitcoin", number_at("bitcoin", int(at.timestamp())), int(at.timestamp()))
    )
    number = number_at("bitcoin", int(replaced.timestamp()))
    flows.clock.advance(replaced + MINUTE - flows.clock.now())
    await flows.run()
    at_first = flows.count(f"block_number = {number}")
    for _ in range(4):
        flows.clock.advance(5 * MINUTE)
        await flows.run()

    gone = flows.count(f"block_number = {number} AND status = 'reorged' AND latest")
    stayed = flows.count(f"block_number = {number} AND status = 'confirmed' AND latest")
    body = await flows.answers.fresh("/api/v1/on-chain/bitcoin/whale-alerts?min_usd=100000&limit=250")
    assert (gone, stayed) == (1, at_first - 1)
    assert flows.count(f"block_number = {number} AND NOT latest") == at_first
    assert [each["status"] for each in body["data"] if each["block_number"] == number].count("reorged") == 1


async def test_runs_that_overlap_store_each_transfer_once(flows: Flows) -> None:
    for _ in range(4):
        await flows.run()
        flows.clock.advance(5 * MINUTE)

    assert flows.count("latest AND status = 'confirmed'") == flows.count("latest")
    assert flows.place.run(
        "SELECT count(*) FROM (SELECT FROM transfers WHERE latest GROUP BY chain, transfer_id HAVING count(*) > 1) AS twice"
    ) == [[0]]


async def test_a_second_delivery_asks_nobody_and_writes_nothing(flows: Flows) -> None:
    await flows.run("refresh-flows@12:00")
    asked = flows.admin("GET", "requests")
    rows = flows.count("true")

    await flows.run("refresh-flows@12:00")

    assert flows.admin("GET", "requests") == asked
    assert flows.count("true") == rows


async def test_without_prices_of_the_minute_nothing_is_asked(flows: Flows) -> None:
    flows.admin("DELETE", "requests")

    report = await flows.refresh.run(Occasion("unpriced"))

    assert report.outcome == "failed"
    assert "no price" in (report.detail or "")
    assert flows.count("true") == 0
