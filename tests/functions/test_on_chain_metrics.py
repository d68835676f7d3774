"""The on_chain function: chains, summaries, comparisons and series."""

import csv
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from functions.on_chain.main import build
from shared.db.engine import Database
from shared.domain.chains.catalogue import CHAINS
from shared.domain.chains.models import ChainSummary, RankedMetric, SupportedChain
from shared.domain.chains.writing import ChainMetricsWriter
from shared.records.chains import ChainMetric, Metric, Resolution
from tests.clocks import NOON, SteppingClock
from tests.databases import Place

from .quoting import Served, exactly

TODAY = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
BASE = "/api/v1/on-chain"


@pytest.fixture
async def on_chain(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place, SteppingClock(NOON))
    yield served
    await served.close()


def reading(
    value: str | int,
    observed_at: datetime,
    *,
    chain: str = "ethereum",
    metric: Metric = "tvl_usd",
    resolution: Resolution = "day",
    known_at: datetime | None = None,
    source: str = "defillama",
) -> ChainMetric:
    return ChainMetric(
        chain=chain,
        metric=metric,
        resolution=resolution,
        observed_at=observed_at,
        known_at=known_at or observed_at + DAY,
        value=Decimal(value),
        source=source,
    )


async def store(place: Place, *metrics: ChainMetric, at: datetime = NOON) -> None:
    database = Database(place.writer, read_only=False)
    try:
        await ChainMetricsWriter(database).store(
            metrics, dataset="refresh_onchain", at=at, sources=["defillama"], data_source="sandbox"
        )
    finally:
        await database.close()


def in_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


async def latest(on_chain: Served, metric: str, chain: str = "ethereum") -> dict[str, object]:
    body = await on_chain.fresh(f"{BASE}/{chain}/summary")
    (found,) = [each for each in body["data"]["metrics"] if each["metric"] == metric]
    assert isinstance(found, dict)
    return found


async def test_before_the_first_refresh_there_is_no_data(on_chain: Served) -> None:
    for path in ("chains", "tvl", "stablecoins", "ethereum/summary", "ethereum/history?metric=tvl_usd"):
        answer = await on_chain.get(f"{BASE}/{path}")

        assert answer.status_code == 503, path
        assert answer.json()["code"] == "no_data"


async def test_every_chain_is_listed_with_its_metrics_and_their_sources(place: Place, on_chain: Served) -> None:
    await store(place, reading(1, TODAY - DAY))

    body = await on_chain.fresh(f"{BASE}/chains")

    found = {each.chain: each for each in map(SupportedChain.model_validate, body["data"])}
    assert set(found) == set(CHAINS)
    assert body["meta"]["total"] == len(CHAINS) >= 16
    assert body["meta"]["source"] == "sandbox"
    assert found["base"].evm_chain_id == 8453
    (transactions,) = [each for each in found["bitcoin"].metrics if each.metric == "transactions"]
    assert transactions.sources.now == ["blockchain_com", "mempool_space", "blockchair"]
    assert "active_addresses" not in {each.metric for each in found["solana"].metrics}


async def test_changes_are_those_against_a_week_a_month_and_a_quarter_before(place: Place, on_chain: Served) -> None:
    await store(
        place,
        reading(110, NOON, resolution="now", known_at=NOON),
        reading(100, NOON - 7 * DAY - timedelta(hours=3), resolution="now", known_at=NOON),
        # The day that was over thirty days before, and not the one after it.
        reading(88, TODAY - 31 * DAY),
        reading(5, TODAY - 30 * DAY),
        reading(44, NOON - 91 * DAY, resolution="now", known_at=NOON),
    )

    found = await latest(on_chain, "tvl_usd")

    assert found["value"] == 110
    assert found["change_week_pct"] == 10
    assert found["change_month_pct"] == 25
    assert found["change_quarter_pct"] == 150
    assert found["observed_at"] == "2026-03-01T12:00:00.000Z"
    assert found["resolution"] == "now"


async def test_a_change_that_nothing_tells_is_null(place: Place, on_chain: Served) -> None:
    await store(
        place,
        reading(110, TODAY - DAY),
        reading(100, TODAY - 8 * DAY, source="another"),
        reading(0, TODAY - 31 * DAY),
        reading(90, TODAY - 95 * DAY),
    )

    found = await latest(on_chain, "tvl_usd")

    assert (found["change_week_pct"], found["change_month_pct"], found["change_quarter_pct"]) == (None, None, None)


async def test_a_revised_day_counts_as_it_was_known_last(place: Place, on_chain: Served) -> None:
    await store(place, reading(120, TODAY - DAY), reading(50, TODAY - 8 * DAY))
    await store(place, reading(100, TODAY - 8 * DAY, known_at=TODAY - 6 * DAY))

    assert (await latest(on_chain, "tvl_usd"))["change_week_pct"] == 20


async def test_a_metric_nobody_told_yet_is_null_and_one_nobody_tells_is_absent(place: Place, on_chain: Served) -> None:
    await store(place, reading(7, TODAY - DAY, chain="bitcoin", metric="active_addresses", source="coinmetrics"))

    body = await on_chain.fresh(f"{BASE}/bitcoin/summary")

    summary = ChainSummary.model_validate(body["data"])
    found = {each.metric: each.value for each in summary.metrics}
    assert found["active_addresses"] == 7
    assert found["hash_rate"] is None
    assert "stablecoin_supply_usd" not in found
    assert (summary.chain, summary.coin_id, summary.evm_chain_id) == ("bitcoin", "bitcoin", None)
    assert body["meta"]["sources"] == ["coinmetrics"]


async def test_an_overdue_metric_says_so_by_itself(place: Place, on_chain: Served) -> None:
    await store(
        place,
        reading(1, NOON - timedelta(hours=19), resolution="now", known_at=NOON),
        reading(2, NOON - timedelta(hours=17), metric="fees_usd", resolution="now", known_at=NOON),
        reading(3, TODAY - 3 * DAY, metric="dex_volume_usd"),
        reading(4, TODAY - 5 * DAY, metric="revenue_usd"),
    )

    stale = {
        name: (await latest(on_chain, name))["stale"]
        for name in ("tvl_usd", "fees_usd", "dex_volume_usd", "revenue_usd")
    }

    assert stale == {"tvl_usd": True, "fees_usd": False, "dex_volume_usd": False, "revenue_usd": True}


async def test_chains_are_ranked_side_by_side(place: Place, on_chain: Served) -> None:
    await store(
        place,
        reading(30, TODAY - DAY),
        reading(60, TODAY - DAY, chain="solana"),
        reading(10, TODAY - DAY, chain="base"),
    )

    body = await on_chain.fresh(f"{BASE}/cross-chain?metric=tvl_usd&chains=base,solana,ton,ethereum")

    rows = [RankedMetric.model_validate(each) for each in body["data"]]
    assert [(row.chain, row.value, row.rank, row.share_pct) for row in rows] == [
        ("solana", 60, 1, 60),
        ("ethereum", 30, 2, 30),
        ("base", 10, 3, 10),
        ("ton", None, None, None),
    ]
    assert (body["meta"]["total"], body["meta"]["metric"], body["meta"]["unit"]) == (4, "tvl_usd", "USD")


async def test_all_chains_with_a_metric_are_compared_by_default(place: Place, on_chain: Served) -> None:
    await store(place, reading(30, TODAY - DAY, metric="stablecoin_supply_usd"))

    tvl = await on_chain.fresh(f"{BASE}/tvl")
    stablecoins = await on_chain.fresh(f"{BASE}/stablecoins")

    assert len(tvl["data"]) == len(CHAINS)
    assert "bitcoin" not in {row["chain"] for row in stablecoins["data"]}
    assert stablecoins["data"][0]["chain"] == "ethereum"


async def test_fixed_paths_win_over_chains(place: Place, on_chain: Served) -> None:
    await store(place, reading(30, TODAY - DAY))

    for name in ("tvl", "stablecoins", "chains", "cross-chain?metric=tvl_usd"):
        assert (await on_chain.get(f"{BASE}/{name}")).status_code == 200, name
    gas = await on_chain.get(f"{BASE}/gas?chain=nowhere")
    assert gas.json()["code"] != "not_found"
    assert (await on_chain.get(f"{BASE}/tvl/summary")).json()["code"] == "chain_not_found"


@pytest.mark.parametrize(
    "path", ["nowhere/summary", "nowhere/history?metric=tvl_usd", "cross-chain?metric=tvl_usd&chains=ethereum,nowhere"]
)
async def test_an_unknown_chain_is_not_found(place: Place, on_chain: Served, path: str) -> None:
    await store(place, reading(30, TODAY - DAY))

    answer = await on_chain.get(f"{BASE}/{path}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "chain_not_found"
    assert answer.json()["detail"] == "Chain 'nowhere' not found"


@pytest.mark.parametrize(
    "path", ["solana/history?metric=hash_rate", "cross-chain?metric=hash_rate&chains=bitcoin,solana"]
)
async def test_a_metric_that_a_chain_has_not_names_those_it_has(place: Place, on_chain: Served, path: str) -> None:
    await store(place, reading(30, TODAY - DAY))

    answer = await on_chain.get(f"{BASE}/{path}")

    assert answer.status_code == 404
    assert answer.json()["code"] == "metric_not_supported"
    assert all(f"{name}" in answer.json()["detail"] for name in ("hash_rate", "solana", *CHAINS["solana"].metrics))


@pytest.mark.parametrize(
    "path",
    [
        "cross-chain",
        "cross-chain?metric=happiness",
        "cross-chain?metric=tvl_usd&chains=",
        "cross-chain?metric=tvl_usd&chains=" + ",".join(["ethereum"] * 51),
        "ethereum/history",
        "ethereum/history?metric=tvl_usd&resolution=hour",
        "ethereum/history?metric=tvl_usd&from=2026-02-01&to=2026-01-01",
        "ethereum/history?metric=tvl_usd&cursor=nonsense",
        "ethereum/history?metric=tvl_usd&format=csv&cursor=AAAAAAAAAAA",
        "ethereum/history?metric=tvl_usd&as_of=2026-04-01",
        "ethereum/history?metric=tvl_usd&what=else",
        "tvl?chains=ethereum",
    ],
)
async def test_bad_parameters_are_refused(place: Place, on_chain: Served, path: str) -> None:
    await store(place, reading(30, TODAY - DAY))

    assert (await on_chain.get(f"{BASE}/{path}")).status_code == 422


async def test_series_are_half_open_and_oldest_first(place: Place, on_chain: Served) -> None:
    days = [TODAY - number * DAY for number in (1, 2, 3, 4)]
    await store(place, *(reading(number, day) for number, day in enumerate(days, 1)))

    body = await on_chain.fresh(f"{BASE}/ethereum/history?metric=tvl_usd&from={in_ms(days[2])}&to={in_ms(days[0])}")

    assert body["data"] == [[in_ms(days[2]), 3], [in_ms(days[1]), 2]]
    meta = body["meta"]
    assert (meta["total"], meta["metric"], meta["unit"], meta["resolution"]) == (2, "tvl_usd", "USD", "day")
    assert meta["sources"] == ["defillama"]


async def test_a_revision_is_seen_from_when_it_was_known(place: Place, on_chain: Served) -> None:
    day, first, second = TODAY - 5 * DAY, TODAY - 4 * DAY, TODAY - 3 * DAY
    await store(place, reading("1.50", day, known_at=first))
    await store(place, reading("1.75", day, known_at=second))

    async def known(as_of: str) -> list[list[object]]:
        body = await on_chain.fresh(f"{BASE}/ethereum/history?metric=tvl_usd{as_of}")
        data = body["data"]
        assert isinstance(data, list)
        return data

    assert await known("") == [[in_ms(day), Decimal("1.75")]]
    assert await known(f"&as_of={in_ms(second)}") == [[in_ms(day), Decimal("1.75")]]
    assert await known(f"&as_of={in_ms(second) - 1}") == [[in_ms(day), Decimal("1.50")]]
    assert await known(f"&as_of={in_ms(first) - 1}") == []


async def test_readings_of_moments_are_a_series_of_their_own(place: Place, on_chain: Served) -> None:
    await store(place, reading(9, NOON, resolution="now", known_at=NOON), reading(1, TODAY - DAY))

    body = await on_chain.fresh(f"{BASE}/ethereum/history?metric=tvl_usd&resolution=now&to={in_ms(NOON) + 1}")

    assert body["data"] == [[in_ms(NOON), 9]]


async def test_pages_follow_each_other_without_gap_or_repetition(place: Place, on_chain: Served) -> None:
    days = [TODAY - number * DAY for number in range(1, 1202)]
    await store(place, *(reading(number, day) for number, day in enumerate(days, 1)))
    start = f"{BASE}/ethereum/history?metric=tvl_usd&from={in_ms(days[-1])}&as_of={in_ms(NOON)}"

    first = await on_chain.fresh(start)
    following = first["meta"]["next"]
    assert isinstance(following, str)
    second = await on_chain.fresh(f"{BASE}/ethereum/history{following}")

    assert len(first["data"]) == 1000
    assert [time for time, _ in first["data"] + second["data"]] == sorted(in_ms(day) for day in days)
    assert first["meta"]["total"] == second["meta"]["total"] == 1201
    assert "next" not in second["meta"]


async def test_files_hold_the_whole_range_with_sources(place: Place, on_chain: Served) -> None:
    days = [TODAY - 2 * DAY, TODAY - DAY]
    await store(place, *(reading(f"{number}.5", day) for number, day in enumerate(days, 1)))

    as_csv = await on_chain.get(f"{BASE}/ethereum/history?metric=tvl_usd&format=csv")
    as_ndjson = await on_chain.get(f"{BASE}/ethereum/history?metric=tvl_usd&format=ndjson")

    assert as_csv.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(as_csv.text.splitlines()))
    assert [(row["time"], row["value"], row["source"]) for row in rows] == [
        (str(in_ms(days[0])), "1.5", "defillama"),
        (str(in_ms(days[1])), "2.5", "defillama"),
    ]
    lines = [json.loads(line) for line in as_ndjson.text.splitlines()]
    assert lines[1] == {
        "time": in_ms(days[1]),
        "value": 2.5,
        "source": "defillama",
        "known_at": "2026-03-01T00:00:00.000Z",
    }


async def test_an_unknown_series_is_empty_and_no_error(place: Place, on_chain: Served) -> None:
    await store(place, reading(30, TODAY - DAY))

    body = await on_chain.fresh(f"{BASE}/solana/history?metric=tvl_usd")

    assert (body["data"], body["meta"]["total"], body["meta"]["sources"]) == ([], 0, [])


async def test_after_three_promises_everything_is_stale(place: Place, on_chain: Served) -> None:
    await store(place, reading(30, TODAY - DAY))
    paths = ("chains", "tvl", "cross-chain?metric=tvl_usd", "ethereum/summary", "ethereum/history?metric=tvl_usd")

    on_chain.clock.advance(timedelta(hours=18))
    before = [(await on_chain.fresh(f"{BASE}/{path}"))["meta"]["stale"] for path in paths]
    on_chain.clock.advance(1)
    after = [(await on_chain.fresh(f"{BASE}/{path}"))["meta"]["stale"] for path in paths]

    assert before == [False] * len(paths)
    assert after == [True] * len(paths)


async def test_answers_may_be_kept_six_hours(place: Place, on_chain: Served) -> None:
    await store(place, reading(30, TODAY - DAY))

    answer = await on_chain.get(f"{BASE}/ethereum/summary")

    assert "max-age=21600" in answer.headers["cache-control"]
    assert exactly(answer.text)["meta"]["as_of"] == "2026-03-01T12:00:00Z"
