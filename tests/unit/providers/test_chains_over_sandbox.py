"""The adapters of chains over their stand-ins: what the catalogue promises is told, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from functions.refresh_onchain.planning import LONGEST, questions
from sandbox import chains as truth
from sandbox.faults import Fault
from sandbox.market import Market
from sandbox.stand import Scene
from shared.core.errors import BadPayloadError, UpstreamError
from shared.domain.chains.catalogue import CHAINS
from shared.domain.chains.known import Known
from shared.providers.chain_frame import ChainRequest
from tests.chains import DeskHttp, heard, providers_at
from tests.clocks import NOON

TODAY = datetime(2026, 3, 1, tzinfo=UTC)
PROVIDERS = providers_at()
ALL = list(questions(Known(), now=NOON))


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(7, 60)


@pytest.fixture(scope="module")
def scene(market: Market) -> Scene:
    return Scene(market, round(NOON.timestamp()))


def promised(provider: str) -> Iterator[tuple[str, str, str]]:
    for chain in CHAINS.values():
        for metric, coverage in chain.metrics.items():
            yield from ((chain.id, metric, "now") for source in coverage.now if source == provider)
            yield from ((chain.id, metric, "day") for source in coverage.day if source == provider)


def test_every_source_of_the_catalogue_is_a_provider() -> None:
    named = {source for chain in CHAINS.values() for each in chain.metrics.values() for source in each.sources}

    assert {part for source in named for part in source.split("+")} == {*PROVIDERS, "quotes"}


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_provider_tells_exactly_what_the_catalogue_promises(market: Market, provider: str) -> None:
    found = await heard(DeskHttp(market, NOON), PROVIDERS[provider], ALL)

    assert {(each.chain, each.metric, each.resolution) for each in found} == set(promised(provider))
    assert {each.source for each in found} == {provider}
    assert all(each.value > 0 and each.known_at == NOON and each.observed_at <= NOON for each in found)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_days_are_whole_over_and_no_older_than_asked_for(market: Market, provider: str) -> None:
    found = [each for each in await heard(DeskHttp(market, NOON), PROVIDERS[provider], ALL) if each.resolution == "day"]

    assert all(each.observed_at.time() == datetime.min.time() for each in found)
    assert all(TODAY - timedelta(days=1) - LONGEST <= each.observed_at < TODAY for each in found)
    keys = [(each.chain, each.metric, each.observed_at) for each in found]
    assert len(keys) == len(set(keys))


async def test_what_is_told_is_the_truth(market: Market, scene: Scene) -> None:
    bitcoin, ethereum = truth.facts_of(scene, "bitcoin"), truth.facts_of(scene, "ethereum")
    expected = {
        ("defillama", "ethereum", "tvl_usd"): ethereum.tvl,
        ("defillama", "ethereum", "stablecoin_supply_usd"): ethereum.stablecoins,
        ("defillama", "bitcoin", "fees_usd"): bitcoin.fees_usd,
        ("blockchain_com", "bitcoin", "fees_native"): bitcoin.fees,
        ("blockchain_com", "bitcoin", "hash_rate"): bitcoin.hashes,
        ("mempool_space", "bitcoin", "hash_rate"): bitcoin.hashes,
        ("mempool_space", "bitcoin", "fees_native"): bitcoin.fees,
        ("blockchair", "bitcoin", "supply"): bitcoin.supply,
        ("blockchair", "ethereum", "fees_usd"): ethereum.fees_usd,
        ("etherscan", "ethereum", "supply"): ethereum.supply,
        ("solana_rpc", "solana", "supply"): truth.facts_of(scene, "solana").supply,
        ("koios", "cardano", "supply"): truth.facts_of(scene, "cardano").supply,
        ("koios", "cardano", "transactions"): truth.facts_of(scene, "cardano").transactions,
        ("near_rpc", "near", "supply"): truth.facts_of(scene, "near").supply,
        ("polkadot_rpc", "polkadot", "supply"): truth.facts_of(scene, "polkadot").supply,
        ("polkadot_rpc", "polkadot", "block_time_s"): 6.0,
        ("evm_rpc_base", "base", "block_height"): truth.height_of("base", scene.seconds),
        ("evm_rpc_arbitrum", "arbitrum", "block_time_s"): 0.25,
    }
    for (provider, chain, metric), value in expected.items():
        found = await heard(DeskHttp(market, NOON), PROVIDERS[provider], ALL)
        (told,) = [each.value for each in found if (each.chain, each.metric, each.resolution) == (chain, metric, "now")]
        assert float(told) == pytest.approx(value, rel=1e-4), (provider, metric)


@pytest.mark.parametrize("chain", ["ethereum", "bsc", "polygon", "avalanche", "arbitrum", "optimism", "base"])
async def test_a_sample_of_blocks_comes_near_the_days_transactions(market: Market, scene: Scene, chain: str) -> None:
    found = await heard(DeskHttp(market, NOON), PROVIDERS[f"evm_rpc_{chain}"], ALL)

    (told,) = [each.value for each in found if each.metric == "transactions"]
    assert float(told) == pytest.approx(truth.facts_of(scene, chain).transactions, rel=0.15)


async def test_a_years_series_is_the_truth_day_by_day(market: Market, scene: Scene) -> None:
    wanted = ChainRequest("tvl", "day", "solana", TODAY - timedelta(days=30))

    found = await heard(DeskHttp(market, NOON), PROVIDERS["defillama"], [wanted])

    days = dict(truth.days_of(scene, "solana", first=round((TODAY - timedelta(days=30)).timestamp())))
    assert {round(each.observed_at.timestamp()): float(each.value) for each in found} == {
        day: pytest.approx(facts.tvl) for day, facts in days.items()
    }


async def test_yesterday_is_revised_once_on_the_following_day(market: Market) -> None:
    wanted = [ChainRequest("tvl", "day", "solana", TODAY - timedelta(days=3))]

    async def told(moment: datetime) -> Decimal:
        found = await heard(DeskHttp(market, moment), PROVIDERS["defillama"], wanted)
        (value,) = [each.value for each in found if each.observed_at == TODAY - timedelta(days=1)]
        return value

    first, same = await told(TODAY + timedelta(minutes=7)), await told(TODAY + timedelta(hours=23))
    revised, later = await told(TODAY + timedelta(days=1, minutes=7)), await told(TODAY + timedelta(days=1, hours=20))

    assert first == same
    assert first != revised
    assert revised == later
    assert float(first) == pytest.approx(float(revised), rel=0.006)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_clock_that_is_ahead_is_refused_or_changes_nothing(market: Market, provider: str) -> None:
    name = "evm_rpc" if provider.startswith("evm_rpc") else provider
    fault = Fault("skewed", 1, round(NOON.timestamp()))
    http = DeskHttp(market, NOON, fault, provider=name)

    try:
        found = await heard(http, PROVIDERS[provider], ALL)
    except BadPayloadError:
        return
    assert all(each.observed_at <= NOON for each in found)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_nulls_are_no_numbers(market: Market, provider: str) -> None:
    name = "evm_rpc" if provider.startswith("evm_rpc") else provider
    http = DeskHttp(market, NOON, Fault("nulls", 1, round(NOON.timestamp())), provider=name)

    try:
        found = await heard(http, PROVIDERS[provider], ALL)
    except UpstreamError:
        return
    assert {each.metric for each in found} <= {"block_height", "block_time_s"}
