"""Whoever stands in for a key: DefiLlama is dead, and what it alone told is told by Artemis, a day late and named."""

from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.on_chain.main import build
from functions.refresh_onchain.planning import questions
from sandbox.serving import Served, serve
from shared.cache.embedded import EmbeddedDocuments
from shared.core.settings import Settings
from shared.domain.chains.catalogue import CHAINS, KEYED
from shared.domain.chains.known import Known
from shared.providers.adapters.artemis_chains import COVERED
from shared.providers.chain_frame import ChainRequest
from shared.providers.chains import chain_providers, chain_sources
from shared.providers.keys import NO_KEY
from shared.providers.state import StateStore
from tests.chains import Chains, chains_over, settings_over
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.functions.quoting import Served as Asked

TODAY = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
INDEXED = ("solana", "tron")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


def asked_of_few(known: Known, *, now: datetime) -> Iterator[ChainRequest]:
    """Yield what is asked about all chains at once, and of a few chains by themselves."""
    wanted = questions(known, now=now, longest=timedelta(days=12))
    return (each for each in wanted if each.chain in (None, *INDEXED))


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(NOON)


@pytest.fixture
async def chains(sandbox: Served, shared_place: Place, tmp_path: Path, clock: SteppingClock) -> AsyncIterator[Chains]:
    shared_place.run("TRUNCATE chain_metrics, datasets, tokens CASCADE")
    async with chains_over(sandbox, shared_place, tmp_path, clock, plan=asked_of_few) as made:
        made.at(NOON)
        yield made
        made.mend()


async def run_after(chains: Chains, clock: SteppingClock, *hours: int) -> None:
    """Run after so many hours, and so many more."""
    for each in hours:
        clock.advance(timedelta(hours=each))
        chains.at(clock.now())
        await chains.run()


def by_chain(body: Mapping[str, Any]) -> dict[str, Any]:
    return {row["chain"]: row for row in body["data"]}


async def test_when_defillama_is_dead_every_endpoint_names_who_stands_in_and_says_how_old_it_is(
    chains: Chains, clock: SteppingClock, shared_place: Place
) -> None:
    await chains.run()
    chains.fault("defillama", "server_error")
    await run_after(chains, clock, 12, 7)
    asked = Asked(build, shared_place, clock)

    lists = {
        metric: by_chain(await asked.fresh(f"/api/v1/on-chain/cross-chain?metric={metric}"))
        for metric in ("tvl_usd", "stablecoin_supply_usd", "revenue_usd", "dex_volume_usd", "fees_usd")
    }
    tvl, stablecoins = await asked.fresh("/api/v1/on-chain/tvl"), await asked.fresh("/api/v1/on-chain/stablecoins")
    summary = await asked.fresh("/api/v1/on-chain/tron/summary")
    history = await asked.fresh("/api/v1/on-chain/tron/history?metric=tvl_usd&from=2026-02-24")
    await asked.close()

    for metric, rows in lists.items():
        for chain in INDEXED:
            row = rows[chain]
            told = (row["source"], row["resolution"], row["observed_at"][:10], row["stale"], row["change_week_pct"])
            assert told == ("artemis", "day", "2026-03-01", False, None), (metric, chain)
            assert row["value"] > 0
    # Three small chains are not had there: they stay what they were, and say so.
    assert {chain for chain, row in lists["tvl_usd"].items() if row["stale"]} == {
        "litecoin",
        "dogecoin",
        "bitcoin-cash",
    }
    assert (by_chain(tvl)["tron"]["source"], tvl["meta"]["sources"]) == ("artemis", ["artemis", "defillama"])
    assert by_chain(stablecoins)["tron"]["source"] == "artemis"
    named = {each["metric"]: each["source"] for each in summary["data"]["metrics"]}
    assert {metric for metric, source in named.items() if source == "artemis"} >= {"tvl_usd", "fees_usd", "revenue_usd"}
    assert history["meta"]["sources"] == ["artemis", "defillama"]
    assert not history["meta"]["stale"]


async def test_when_defillama_is_back_its_days_take_the_place_of_the_others(
    chains: Chains, clock: SteppingClock
) -> None:
    await chains.run()
    chains.fault("defillama", "server_error")
    await run_after(chains, clock, 12, 7)
    day = f"chain = 'tron' AND metric = 'tvl_usd' AND resolution = 'day' AND observed_at = '{TODAY}'"
    meanwhile = chains.rows("source", day)
    chains.mend()

    await run_after(chains, clock, 17)

    assert meanwhile == [["artemis"]]
    assert chains.rows("source", f"{day} ORDER BY known_at DESC LIMIT 1") == [["defillama"]]


async def test_while_the_first_choice_tells_nothing_of_the_other_is_stored(
    chains: Chains, clock: SteppingClock
) -> None:
    await chains.run()
    await run_after(chains, clock, 12, 7)

    told = chains.rows("DISTINCT metric", "source = 'artemis' AND chain = 'solana'")
    report = await chains.run()

    assert told == []
    assert report.outcome == "succeeded"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("rate_limit", "rate_limited"),
        ("server_error", "server_failed"),
        ("error_body", "rate_limited"),
        ("reset", "connection_failed"),
        ("refused", "connection_failed"),
        ("stopped", "connection_failed"),
        ("truncated", "bad_payload"),
        ("html", "bad_payload"),
        ("nulls", "bad_payload"),
        ("redirect", "refused"),
        ("endless", "bad_payload"),
        ("timeout", "deadline_exceeded"),
    ],
)
async def test_what_the_stand_in_does_wrong_is_told_and_stores_nothing(
    sandbox: Served, shared_place: Place, tmp_path: Path, clock: SteppingClock, kind: str, code: str
) -> None:
    def of_all(known: Known, *, now: datetime) -> Iterator[ChainRequest]:
        wanted = questions(known, now=now, longest=timedelta(days=3))
        return (each for each in wanted if each.topic in ("everything", "tvl") and each.chain is None)

    shared_place.run("TRUNCATE chain_metrics, datasets, tokens CASCADE")
    within = timedelta(seconds=1 if kind == "timeout" else 20)
    async with chains_over(sandbox, shared_place, tmp_path, clock, within=within, plan=of_all) as chains:
        chains.at(NOON)
        chains.fault("artemis", kind)
        report = await chains.run()
        chains.mend()

    errors = {source.provider: source.error_code for source in report.sources if source.error_code}
    assert (report.outcome, list(errors)) == ("degraded", ["artemis"])
    assert errors["artemis"] == code
    assert chains.rows("DISTINCT source") == [["defillama"]]


async def test_a_series_ten_times_too_high_is_refused(chains: Chains, clock: SteppingClock) -> None:
    await chains.run()
    chains.fault("defillama", "server_error")
    chains.fault("artemis", "times_ten")

    await run_after(chains, clock, 12, 7)

    assert chains.rows("count(*)", "source = 'artemis' AND chain = 'solana'") == [[0]]


async def test_without_a_key_nothing_is_asked_and_the_status_says_so(
    sandbox: Served, tmp_path: Path, clock: SteppingClock
) -> None:
    environment = {
        name: value for name, value in settings_over(sandbox.url).environment.items() if "ARTEMIS" not in name
    }
    settings = Settings.from_environment(environment)
    documents = EmbeddedDocuments(tmp_path / "documents.db", clock=clock)
    sources = chain_sources(settings, documents, clock)
    run = await sources.begin()

    found = await run.each(
        ChainRequest("everything", "day", None, TODAY - DAY, TODAY - DAY), within=timedelta(seconds=5)
    )
    [report] = await run.end()
    book = await StateStore(documents, "chains").load(["artemis"])
    await sources.close()
    await documents.close()

    assert found == []
    assert (report.provider, report.error, report.rows) == ("artemis", NO_KEY, 0)
    assert book.states["artemis"].disabled_reason == NO_KEY
    assert [each.id for each in chain_providers(settings) if not each.ring.keys and each.ring.needed] == ["artemis"]


def test_the_catalogue_says_the_same_as_the_adapter() -> None:
    listed = {
        (chain.id, metric)
        for chain in CHAINS.values()
        for metric, coverage in chain.metrics.items()
        if KEYED & set(coverage.sources)
    }

    assert listed == {(chain, metric) for metric, (_, chains) in COVERED.items() for chain in chains}
