"""What a provider may do wrong, and what the quotes are then: right, or old and said to be."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.serving import Served, serve
from shared.records.provider import QUOTE_PROVIDERS
from tests.clocks import SteppingClock
from tests.databases import Place
from tests.markets import Market, market_over

KEYLESS = ("coingecko", "binance", "coinpaprika")
SPARES = ("okx", "kucoin", "kraken", "bitfinex")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=60) as served:
        yield served


@pytest.fixture
async def market(sandbox: Served, place: Place, tmp_path: Path) -> AsyncIterator[Market]:
    async with market_over(sandbox, place, tmp_path, fetch_within=timedelta(seconds=4)) as made:
        yield made
        for provider in QUOTE_PROVIDERS:
            made.mend(provider)


async def _failing(market: Market, provider: str, kind: str, **body: Any) -> dict[str, str | None]:
    market.fault(provider, kind, **body)
    report = await market.run()
    return {source.provider: source.error_code for source in report.sources if source.error_code}


async def test_without_faults_quotes_are_the_truth_within_the_sources_noise(market: Market) -> None:
    await market.run()
    report = await market.run()

    prices, truth = market.prices(), market.truth()
    assert report.outcome in ("succeeded", "degraded")
    assert len(prices) >= 50
    for name, price in prices.items():
        assert price == pytest.approx(truth[name], rel=0.02), name


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
        ("timeout", "deadline_exceeded"),
    ],
)
async def test_one_failing_provider_is_named_and_the_others_serve(market: Market, kind: str, code: str) -> None:
    failures = await _failing(market, "coingecko", kind)

    assert failures["coingecko"] == code
    assert market.count("quotes") > 0


async def test_exchanges_are_asked_only_for_families_that_are_missing(market: Market) -> None:
    well = await market.run()
    market.fault("coinpaprika", "server_error")
    lacking = await market.run()

    asked = [{source.provider for source in report.sources if source.rows} for report in (well, lacking)]
    assert asked == [set(KEYLESS), {"coingecko", "binance", "okx"}]
    assert lacking.outcome == "succeeded"
    assert "okx" in market.sources("bitcoin")


@pytest.mark.parametrize("kind", ["error_body", "html", "truncated", "rate_limit_silent", "reset"])
async def test_a_failing_exchange_is_replaced_by_the_next(market: Market, kind: str) -> None:
    await market.run()
    market.fault("coinpaprika", "server_error")
    market.fault("okx", kind)
    market.fault("kucoin", kind)
    report = await market.run()

    failed = {source.provider for source in report.sources if source.error_code}
    assert {"okx", "kucoin"} <= failed
    assert report.outcome == "succeeded"
    assert "kraken" in market.sources("bitcoin")


async def test_exchanges_alone_keep_prices_alive_and_the_market_caps_of_before(market: Market) -> None:
    await market.run()
    caps = market.count("quotes WHERE market_cap_usd IS NOT NULL")
    for provider in ("coingecko", "coinpaprika", "binance"):
        market.fault(provider, "server_error")
    report = await market.run()

    assert {source.provider for source in report.sources if source.rows} == {"okx", "kucoin", "kraken"}
    assert {"okx", "kucoin", "kraken"} <= market.sources("bitcoin")
    assert market.count("quotes WHERE market_cap_usd IS NOT NULL") == caps > 0


async def test_an_error_said_with_status_200_is_an_error(market: Market) -> None:
    failures = await _failing(market, "coingecko", "error_body")

    assert failures["coingecko"] in ("bad_payload", "rate_limited", "key_rejected")
    assert market.count("quotes") > 0


async def test_prices_ten_times_too_high_never_reach_a_caller(market: Market) -> None:
    await market.run()
    before = market.prices()
    for provider in ("coinpaprika", "coingecko", "binance"):
        market.fault(provider, "times_ten")
        await market.run()
        market.mend(provider)

        for name, price in market.prices().items():
            assert price < 2 * before.get(name, price), (provider, name)


async def test_swapped_symbols_of_one_source_are_outvoted(market: Market) -> None:
    await market.run()
    market.fault("coingecko", "swapped")
    await market.run()
    await market.run()

    truth, prices = market.truth(), market.prices()
    assert prices["bitcoin"] == pytest.approx(truth["bitcoin"], rel=0.02)
    assert prices["ethereum"] == pytest.approx(truth["ethereum"], rel=0.02)


async def test_rows_without_a_price_are_left_out_and_the_others_kept(market: Market) -> None:
    market.fault("coingecko", "nulls", options={"tokens": ["ethereum"]})
    report = await market.run()

    rows = {source.provider: source.rows for source in report.sources}
    assert 0 < rows["coingecko"] < 60
    assert market.prices()["bitcoin"] > 0


async def test_a_slow_but_timely_answer_counts(market: Market) -> None:
    failures = await _failing(market, "coingecko", "slow", options={"seconds": 0.2})

    assert "coingecko" not in failures


async def test_an_answer_after_the_deadline_does_not(market: Market) -> None:
    failures = await _failing(market, "coingecko", "slow", options={"seconds": 6})

    assert failures["coingecko"] == "deadline_exceeded"


async def test_when_all_fail_the_last_good_data_stays_and_each_failure_is_named(market: Market) -> None:
    await market.run()
    before = market.place.run("SELECT token_id, price_usd, as_of FROM quotes ORDER BY 1")
    for provider in QUOTE_PROVIDERS:
        market.fault(provider, "server_error")

    report = await market.run()

    assert report.outcome == "failed"
    codes = {source.provider: source.error_code for source in report.sources}
    assert {codes[provider] for provider in (*KEYLESS, *SPARES)} == {"server_failed"}
    assert market.place.run("SELECT token_id, price_usd, as_of FROM quotes ORDER BY 1") == before


async def test_a_failing_provider_is_left_alone_and_tried_again_later(market: Market) -> None:
    market.fault("coingecko", "server_error")
    await market.run()
    await market.run()
    third = await market.run()

    codes = {source.provider: source.error_code for source in third.sources}
    assert codes["coingecko"] == "circuit_open"


async def test_a_stopped_provider_leaves_the_sources_when_its_last_word_is_old(
    sandbox: Served, place: Place, tmp_path: Path
) -> None:
    clock = SteppingClock(datetime.now(UTC))
    async with market_over(sandbox, place, tmp_path, clock=clock) as market:
        seen = []
        for minute in range(8):
            market.at(clock.now())
            if minute == 3:
                market.fault("coinpaprika", "stopped")
            report = await market.run()
            assert report.outcome in ("succeeded", "degraded")
            seen.append(market.sources("bitcoin"))
            clock.advance(60)
        market.mend("coinpaprika")
        market.at(datetime.now(UTC))

    assert "coinpaprika" in seen[2]
    assert "coinpaprika" not in seen[-1]
    assert seen[-1]


async def test_two_instances_refreshing_at_once_leave_one_row_a_token(
    sandbox: Served, place: Place, tmp_path: Path
) -> None:
    async with market_over(sandbox, place, tmp_path) as one, market_over(sandbox, place, tmp_path) as other:
        reports = await asyncio.gather(one.run("first"), other.run("second"))

        assert all(report.outcome in ("succeeded", "degraded") for report in reports)
        assert one.count("quotes") == one.count("(SELECT DISTINCT token_id FROM quotes) q")
        assert one.count("price_points") == one.count(
            "(SELECT DISTINCT resolution_s, token_id, bucket FROM price_points) p"
        )


async def test_a_second_delivery_asks_no_provider_and_writes_nothing(market: Market) -> None:
    first = await market.run("refresh-market@12:00")
    refreshed = market.place.run("SELECT max(refreshed_at) FROM quotes")

    second = await market.run("refresh-market@12:00")

    assert second.sources == first.sources
    assert market.place.run("SELECT max(refreshed_at) FROM quotes") == refreshed
