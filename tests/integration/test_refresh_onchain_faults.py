"""What sources of chains may do wrong, and what is stored then: from somebody else, or what was known before."""

from collections.abc import AsyncIterator, Collection, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from functions.on_chain.main import build
from functions.refresh_onchain.planning import Plan, questions
from sandbox.serving import Served, serve
from shared.db.engine import Database
from shared.domain.chains.catalogue import CHAINS, KEYED
from shared.domain.chains.known import Known
from shared.domain.market.writing import MarketWriter
from shared.providers.chain_frame import ChainRequest
from tests.chains import Chains, chains_over
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.functions.quoting import Served as Asked
from tests.snapshots import snapshot

TODAY = datetime(2026, 3, 1, tzinfo=UTC)
SIX_HOURS = timedelta(hours=6)
STANDS = (
    *(
        "defillama",
        "coinmetrics",
        "blockchain_com",
        "mempool_space",
        "blockchair",
        "growthepie",
        "etherscan",
        "blockcypher",
    ),
    *("evm_rpc", "tron_rpc", "solana_rpc", "koios", "near_rpc", "toncenter", "polkadot_rpc", "artemis"),
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


def about(*chains: str, days: int = 12) -> Plan:
    """Return a plan of the questions about these chains alone, and those about all at once; none means all."""

    def plan(known: Known, *, now: datetime) -> Iterator[ChainRequest]:
        wanted: Collection[str | None] = {None, *(chains or CHAINS)}
        return (each for each in questions(known, now=now, longest=timedelta(days=days)) if each.chain in wanted)

    return plan


def of_bitcoin(known: Known, *, now: datetime) -> Iterator[ChainRequest]:
    """Yield the question about bitcoin's present."""
    return (each for each in questions(known, now=now) if (each.resolution, each.chain) == ("now", "bitcoin"))


def of_networks(known: Known, *, now: datetime) -> Iterator[ChainRequest]:
    """Yield the questions about the present, and about the networks' past."""
    wanted = questions(known, now=now, longest=timedelta(days=2))
    return (each for each in wanted if each.resolution == "now" or each.topic in ("network", "everything"))


@pytest.fixture
def place(shared_place: Place) -> Place:
    """The module's database, emptied: a database for each test costs more than the test."""
    shared_place.run("TRUNCATE chain_metrics, datasets, tokens CASCADE")
    return shared_place


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(NOON)


@pytest.fixture
async def chains(sandbox: Served, place: Place, tmp_path: Path, clock: SteppingClock) -> AsyncIterator[Chains]:
    plan = about("bitcoin", "ethereum", "solana", "cardano", "litecoin", "bsc")
    async with chains_over(sandbox, place, tmp_path, clock, within=timedelta(seconds=20), plan=plan) as made:
        made.at(NOON)
        yield made
        made.mend()


def stored(chains: Chains, chain: str, metric: str, resolution: str = "now") -> tuple[Decimal, str]:
    """Return the newest value and who said it."""
    where = f"chain = '{chain}' AND metric = '{metric}' AND resolution = '{resolution}'"
    rows = chains.rows("value, source", f"{where} ORDER BY observed_at DESC, known_at DESC LIMIT 1")
    ((value, source),) = rows
    return value, source


async def test_without_faults_everything_that_is_promised_is_stored(
    sandbox: Served, place: Place, tmp_path: Path, clock: SteppingClock
) -> None:
    async with chains_over(sandbox, place, tmp_path, clock, plan=about()) as chains:
        report = await chains.run()

    promised = {
        (chain.id, metric, resolution)
        for chain in CHAINS.values()
        for metric, coverage in chain.metrics.items()
        for resolution in ("now", "day")
        if any(source != "quotes" for source in coverage.at(resolution))
    }
    assert {tuple(row) for row in chains.rows("DISTINCT chain, metric, resolution")} == promised
    assert (report.outcome, report.detail) == ("succeeded", None)
    assert report.rows == len(chains.rows("1"))


async def test_a_second_run_at_the_same_moment_writes_nothing_new(chains: Chains) -> None:
    await chains.run()
    before = chains.rows("count(*)")

    report = await chains.run()

    assert (report.outcome, report.rows) == ("succeeded", 0)
    assert chains.rows("count(*)") == before


async def test_a_second_delivery_is_answered_with_the_first_report(chains: Chains) -> None:
    first = await chains.run("refresh-onchain@00:07")
    chains.fault("defillama", "server_error")

    assert await chains.run("refresh-onchain@00:07") == first


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("rate_limit", "rate_limited"),
        ("rate_limit_silent", "rate_limited"),
        ("server_error", "server_failed"),
        ("reset", "connection_failed"),
        ("refused", "connection_failed"),
        ("stopped", "connection_failed"),
        ("truncated", "bad_payload"),
        ("html", "bad_payload"),
        ("nulls", "bad_payload"),
        ("skewed", "bad_payload"),
        ("timeout", "deadline_exceeded"),
    ],
)
async def test_when_the_first_choice_fails_the_next_one_is_stored_and_named(
    sandbox: Served, place: Place, tmp_path: Path, clock: SteppingClock, kind: str, code: str
) -> None:
    async with chains_over(
        sandbox, place, tmp_path, clock, within=timedelta(seconds=2 if kind == "timeout" else 20), plan=of_bitcoin
    ) as chains:
        chains.fault("blockchain_com", kind)
        report = await chains.run()
        chains.mend()

    errors = {source.provider: source.error_code for source in report.sources if source.error_code}
    assert (report.outcome, errors) == ("degraded", {"blockchain_com": code})
    assert stored(chains, "bitcoin", "transactions")[1] == "mempool_space"
    assert stored(chains, "bitcoin", "supply")[1] == "blockchair"
    asked = Asked(build, place, clock)
    assert "mempool_space" in (await asked.fresh("/api/v1/on-chain/cross-chain?metric=transactions"))["meta"]["sources"]
    await asked.close()


@pytest.mark.parametrize("kind", ["error_body", "redirect", "endless"])
async def test_an_error_said_otherwise_is_an_error(chains: Chains, kind: str) -> None:
    chains.fault("blockchain_com", kind)

    await chains.run()

    assert stored(chains, "bitcoin", "transactions")[1] == "mempool_space"


async def test_when_two_fail_the_third_is_stored(chains: Chains) -> None:
    chains.fault("blockchain_com", "server_error")
    chains.fault("mempool_space", "refused")

    await chains.run()

    assert stored(chains, "bitcoin", "transactions")[1] == "blockchair"
    assert stored(chains, "bitcoin", "hash_rate")[1] == "blockchair"


@pytest.mark.parametrize("stand", STANDS)
async def test_any_one_source_may_fail_and_the_others_are_stored(
    sandbox: Served, place: Place, tmp_path: Path, clock: SteppingClock, stand: str
) -> None:
    async with chains_over(sandbox, place, tmp_path, clock, plan=of_networks) as chains:
        chains.fault(stand, "server_error")
        report = await chains.run()
        chains.mend()

    failed = {source.provider for source in report.sources if source.error_code}
    assert failed
    assert {name if not name.startswith("evm_rpc") else "evm_rpc" for name in failed} == {stand}
    assert report.outcome == "degraded"
    assert not {source for (source,) in chains.rows("DISTINCT source")} & failed
    others = {
        chain.id
        for chain in CHAINS.values()
        if any(set(coverage.sources) - {"quotes"} - failed for coverage in chain.metrics.values())
    }
    assert {chain for (chain,) in chains.rows("DISTINCT chain")} == others
    assert len(others) >= 17


async def test_fees_told_in_coins_become_dollars_by_our_own_price_when_nobody_tells_dollars(
    chains: Chains, place: Place
) -> None:
    database = Database(place.writer, read_only=False)
    ada = ("cardano", "ADA", "Cardano", "0.5", "18500000000")
    await MarketWriter(database).store(snapshot([ada], at=NOON, data_source="sandbox"))
    await database.close()
    chains.fault("defillama", "server_error")

    await chains.run()

    coins, _ = stored(chains, "cardano", "fees_native")
    dollars, source = stored(chains, "cardano", "fees_usd")
    assert (dollars, source) == ((coins / 2).quantize(Decimal("0.01")), "koios+quotes")
    assert stored(chains, "cardano", "price_usd") == (Decimal("0.5"), "quotes")


async def test_values_ten_times_too_high_are_refused_and_counted(chains: Chains, clock: SteppingClock) -> None:
    await chains.run()
    before = stored(chains, "ethereum", "tvl_usd")
    days = chains.rows("count(*)", "metric = 'tvl_usd' AND resolution = 'day'")
    clock.advance(SIX_HOURS)
    chains.at(clock.now())
    chains.fault("defillama", "times_ten")

    report = await chains.run()

    assert stored(chains, "ethereum", "tvl_usd") == before
    assert chains.rows("count(*)", "metric = 'tvl_usd' AND resolution = 'day'") == days
    codes = {source.provider: source.error_code for source in report.sources if source.error_code}
    assert codes == {"defillama": "implausible"}
    assert report.detail is not None
    assert report.detail.endswith("absurd values refused")


async def test_a_whole_series_ten_times_too_high_is_refused_at_the_close(chains: Chains, clock: SteppingClock) -> None:
    await chains.run()
    before = chains.rows("sum(value), count(*)", "source = 'defillama' AND resolution = 'day'")
    clock.advance(timedelta(hours=12, minutes=7))
    chains.at(clock.now())
    chains.fault("defillama", "times_ten")

    await chains.run()

    assert chains.rows("sum(value), count(*)", "source = 'defillama' AND resolution = 'day'") == before


async def test_a_jump_that_others_saw_too_is_believed(chains: Chains, clock: SteppingClock) -> None:
    await chains.run()
    before, _ = stored(chains, "litecoin", "block_height")
    clock.advance(SIX_HOURS)
    chains.at(clock.now())
    for stand in ("blockchain_com", "mempool_space", "blockchair"):
        chains.fault(stand, "times_ten")

    await chains.run()

    value, source = stored(chains, "bitcoin", "transactions")
    assert source == "blockchain_com"
    assert value > 2_000_000
    assert stored(chains, "litecoin", "block_height")[0] > before


async def test_when_all_fail_nothing_is_written_and_the_old_goes_stale_after_three_promises(
    chains: Chains, clock: SteppingClock, place: Place
) -> None:
    await chains.run()
    before = chains.rows("count(*), sum(value)")
    for stand in STANDS:
        chains.fault(stand, "server_error")
    asked = Asked(build, place, clock)

    clock.advance(SIX_HOURS)
    report = await chains.run()
    clock.advance(2 * SIX_HOURS)
    fresh = await asked.fresh("/api/v1/on-chain/tvl")
    clock.advance(1)
    stale = await asked.fresh("/api/v1/on-chain/tvl")
    await asked.close()

    assert (report.outcome, report.rows) == ("failed", 0)
    assert chains.rows("count(*), sum(value)") == before
    assert (fresh["meta"]["stale"], stale["meta"]["stale"]) == (False, True)
    assert fresh["data"][0]["value"] == stale["data"][0]["value"]


async def test_the_first_run_of_a_day_closes_the_day_before_and_the_next_days_revises_it(
    chains: Chains, clock: SteppingClock, place: Place
) -> None:
    await chains.run()
    for _ in range(2):
        clock.advance(timedelta(hours=12))
        chains.at(clock.now() + timedelta(minutes=7))
        clock.advance(timedelta(minutes=7))
        await chains.run()
        clock.advance(timedelta(hours=11, minutes=53))

    where = f"chain = 'solana' AND metric = 'tvl_usd' AND resolution = 'day' AND observed_at = '{TODAY}'"
    rows = chains.rows("value, known_at", f"{where} ORDER BY known_at")
    assert [known for _, known in rows] == [TODAY + timedelta(days=day, minutes=7) for day in (1, 2)]
    asked = Asked(build, place, clock)
    path = f"/api/v1/on-chain/solana/history?metric=tvl_usd&from={TODAY:%Y-%m-%d}&to={TODAY:%Y-%m-%dT01}"
    now = await asked.fresh(path)
    then = await asked.fresh(f"{path}&as_of={TODAY + timedelta(days=1, hours=3):%Y-%m-%dT%H:%M}")
    await asked.close()
    assert [then["data"][0][1], now["data"][0][1]] == [value for value, _ in rows]


async def test_a_day_that_the_first_choice_tells_late_is_told_by_another_until_then(
    chains: Chains, clock: SteppingClock
) -> None:
    await chains.run()
    clock.advance(timedelta(hours=12, minutes=7))
    chains.at(clock.now())
    await chains.run()
    early = stored(chains, "bitcoin", "active_addresses", "day")
    clock.advance(SIX_HOURS)
    chains.at(clock.now())

    await chains.run()

    where = f"chain = 'bitcoin' AND metric = 'active_addresses' AND resolution = 'day' AND observed_at = '{TODAY}'"
    assert early[1] == "blockchain_com"
    assert chains.rows("count(DISTINCT value)", where)[0][0] in (1, 2)
    assert stored(chains, "litecoin", "active_addresses", "day")[1] == "coinmetrics"
    assert chains.rows(
        "count(*)", "metric = 'active_addresses' AND chain = 'litecoin' AND observed_at = '2026-03-01'"
    ) == [[1]]


async def test_what_nobody_tells_by_days_is_closed_from_its_readings(chains: Chains, clock: SteppingClock) -> None:
    await chains.run()
    reading, source = stored(chains, "bsc", "transactions")
    chains.fault("artemis", "server_error")
    clock.advance(timedelta(hours=12, minutes=7))
    chains.at(clock.now())

    await chains.run()

    assert stored(chains, "bsc", "transactions", "day") == (reading.quantize(Decimal("0.01")), source)
    days = "chain = 'bsc' AND metric = 'transactions' AND resolution = 'day'"
    assert chains.rows("DISTINCT observed_at", f"{days} AND source <> 'artemis'") == [[TODAY]]
    # The days before the first reading are told by whom a key is for.
    assert chains.rows("max(observed_at)", f"{days} AND source = 'artemis'") == [[TODAY - timedelta(days=1)]]


def told_by_one_alone() -> list[tuple[str, str, str]]:
    """Return (chain, metric, source) of what one source in the world tells without a key."""
    return [
        (chain.id, metric, coverage.now[0])
        for chain in CHAINS.values()
        for metric, coverage in chain.metrics.items()
        if len(coverage.now) == 1 and coverage.now[0] != "quotes" and not set(coverage.day) - {coverage.now[0], *KEYED}
    ]


def stand_of(source: str) -> str:
    return "evm_rpc" if source.startswith("evm_rpc") else source


async def test_what_one_source_alone_tells_is_stale_when_that_one_is_dead_and_all_others_are_well(
    sandbox: Served, place: Place, tmp_path: Path, clock: SteppingClock
) -> None:
    alone: dict[str, list[tuple[str, str]]] = {}
    for chain, metric, source in told_by_one_alone():
        alone.setdefault(stand_of(source), []).append((chain, metric))
    async with chains_over(sandbox, place, tmp_path, clock, plan=of_networks) as chains:
        chains.at(NOON)
        await chains.run()
        asked = Asked(build, place, clock)
        fresh = await _stale(asked, alone["defillama"][:1])
        for stand in (*alone, *KEYED):
            chains.fault(stand, "server_error")
        for _ in range(4):
            clock.advance(SIX_HOURS)
            chains.at(clock.now())
            await chains.run()
        [[refreshed]] = place.run("SELECT refreshed_at FROM datasets WHERE dataset = 'refresh_onchain'")
        pairs = [pair for found in alone.values() for pair in found]
        stale = await _stale(asked, pairs)
        lists = [(await asked.fresh(f"/api/v1/on-chain/{path}"))["meta"]["stale"] for path in ("tvl", "stablecoins")]
        series = await asked.fresh("/api/v1/on-chain/ethereum/history?metric=tvl_usd&resolution=now")
        await asked.close()
        chains.mend()

    assert set(alone) >= {"defillama", "evm_rpc", "toncenter", "near_rpc", "polkadot_rpc", "solana_rpc", "tron_rpc"}
    assert refreshed == clock.now(), "others were well all the time"
    assert list(fresh.values()) == [(False, False)]
    assert {pair: told for pair, told in stale.items() if told != (True, True)} == {}
    assert (lists, series["meta"]["stale"]) == ([True, True], True)


async def _stale(asked: Asked, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], tuple[bool, bool]]:
    """Return what an answer about each pair says: of the metric, and of the whole."""
    found = {}
    for chain, metric in pairs:
        body = await asked.fresh(f"/api/v1/on-chain/cross-chain?metric={metric}&chains={chain}")
        found[chain, metric] = (body["data"][0]["stale"], body["meta"]["stale"])
    return found


async def test_what_several_tell_is_told_by_another_and_stays_fresh(
    sandbox: Served, place: Place, tmp_path: Path, clock: SteppingClock
) -> None:
    async with chains_over(sandbox, place, tmp_path, clock, plan=of_networks) as chains:
        chains.at(NOON)
        await chains.run()
        chains.fault("blockchain_com", "server_error")
        for _ in range(4):
            clock.advance(SIX_HOURS)
            chains.at(clock.now())
            await chains.run()
        asked = Asked(build, place, clock)
        body = await asked.fresh("/api/v1/on-chain/bitcoin/summary")
        await asked.close()
        chains.mend()

    told = {each["metric"]: each for each in body["data"]["metrics"] if each["source"] is not None}
    several = [name for name, coverage in CHAINS["bitcoin"].metrics.items() if len(set(coverage.now) - {"quotes"}) > 1]
    assert len(several) >= 8
    assert [name for name in several if told[name]["stale"] or told[name]["source"] == "blockchain_com"] == []
