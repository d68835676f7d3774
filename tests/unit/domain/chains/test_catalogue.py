"""The catalogue of chains and their metrics."""

from typing import get_args

from shared.domain.chains.catalogue import CHAINS, KEYED, chains_with, coverage_of, places, sources_of
from shared.records.chains import METRICS, Metric

PROMISED = [
    "bitcoin",
    "ethereum",
    "bsc",
    "polygon",
    "solana",
    "avalanche",
    "arbitrum",
    "optimism",
    "base",
    "tron",
    "cardano",
    "litecoin",
    "dogecoin",
    "polkadot",
    "near",
    "ton",
]


def test_the_promised_chains_are_there() -> None:
    assert set(PROMISED) <= set(CHAINS)


def test_every_metric_is_described_and_every_described_one_is_a_metric() -> None:
    assert set(METRICS) == set(get_args(Metric))
    assert {metric for chain in CHAINS.values() for metric in chain.metrics} == set(METRICS)


def test_every_metric_in_the_catalogue_has_somebody_who_tells_it() -> None:
    for chain in CHAINS.values():
        for metric, coverage in chain.metrics.items():
            assert coverage.sources, f"{chain.id} {metric}"
            assert len(set(coverage.now)) == len(coverage.now)
            assert len(set(coverage.day)) == len(coverage.day)


def test_what_nobody_tells_is_absent() -> None:
    assert "active_addresses" not in CHAINS["solana"].metrics
    assert "price_usd" not in CHAINS["base"].metrics
    assert sources_of("base", "price_usd", "now") == ()
    assert sources_of("nowhere", "tvl_usd", "now") == ()
    assert "hash_rate" not in CHAINS["ethereum"].metrics


def test_fallbacks_stand_behind_the_first_choice() -> None:
    assert sources_of("bitcoin", "transactions", "now") == ("blockchain_com", "mempool_space", "blockchair")
    assert sources_of("arbitrum", "stablecoin_supply_usd", "day") == ("defillama", "growthepie", "artemis")


def test_every_chain_has_a_price_or_no_token_of_its_own() -> None:
    assert [chain.id for chain in CHAINS.values() if chain.id not in chains_with("price_usd")] == ["base"]


def test_who_wants_a_key_is_the_last_choice_and_nowhere_the_only_one() -> None:
    for chain in CHAINS.values():
        for metric, coverage in chain.metrics.items():
            free = [source for source in coverage.day if source not in KEYED]
            assert set(coverage.sources) - KEYED, f"{chain.id} {metric}"
            assert list(coverage.day[: len(free)]) == free, f"{chain.id} {metric}"


def test_days_that_are_made_of_readings_are_preferred_to_those_told_for_a_key() -> None:
    assert coverage_of("tron", "transactions").days == ("tron_rpc", "artemis")
    assert ("tron", "transactions", "artemis", 1) in places()
    assert coverage_of("tron", "transactions").closed
    assert not coverage_of("ethereum", "tvl_usd").closed
    assert coverage_of("ethereum", "tvl_usd").days == ("defillama", "artemis")
