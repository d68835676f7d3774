"""A refresh of candles over a sandbox and PostgreSQL: what is stored, from whom, and what a provider may do wrong."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.serving import Served, serve
from shared.domain.candles.recall import TURNS
from tests.candle_refreshes import VENUES, CandleMarket, candles_over
from tests.clocks import SteppingClock
from tests.databases import Place

NOW = datetime(2026, 3, 1, 12, 34, 20, tzinfo=UTC)
MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=14) as served:
        yield served


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(NOW)


@pytest.fixture
async def candles(sandbox: Served, place: Place, tmp_path: Path, clock: SteppingClock) -> AsyncIterator[CandleMarket]:
    async with candles_over(sandbox, place, tmp_path, clock, top=3) as made:
        yield made


async def later(candles: CandleMarket, clock: SteppingClock, minutes: int = 1) -> None:
    """Let time pass, and prices with it."""
    clock.advance(timedelta(minutes=minutes))
    candles.market.at(clock.now())
    await candles.market.run()


async def test_minutes_hours_days_and_what_is_built_from_them_are_stored_once(
    candles: CandleMarket, clock: SteppingClock
) -> None:
    first = await candles.run()
    stored = candles.contents()
    again = await candles.run("refresh-candles@run 1")

    assert first.outcome == "succeeded"
    assert again.rows == first.rows
    assert candles.contents() == stored
    assert candles.providers(MINUTE) == {"binance"}
    assert candles.providers(300) == {"binance/1m"}
    assert candles.rows("count(*)", MINUTE, "AND NOT closed") == [[3]]
    assert candles.rows("DISTINCT token_id", MINUTE, "ORDER BY 1")[0] == ["bitcoin"]
    assert len(candles.rows("DISTINCT token_id", HOUR)) > 5
    assert len(candles.rows("DISTINCT token_id", DAY)) > 5
    assert {source.provider for source in first.sources if source.rows} == {"binance"}

    await later(candles, clock)
    await candles.run()

    assert candles.rows("extract(minute FROM max(opened_at))::int", MINUTE, "AND closed") == [[34]]
    assert candles.rows("extract(minute FROM max(opened_at))::int", MINUTE) == [[35]]


async def test_candles_are_the_sandboxes_truth(candles: CandleMarket) -> None:
    await candles.run()

    [[close]] = candles.rows("close::float", MINUTE, "AND token_id = 'bitcoin' AND NOT closed")
    assert float(str(close)) == pytest.approx(candles.market.truth()["bitcoin"], rel=0.01)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("rate_limit", "rate_limited"),
        ("server_error", "server_failed"),
        ("reset", "connection_failed"),
        ("truncated", "bad_payload"),
        ("html", "bad_payload"),
        ("redirect", "refused"),
    ],
)
async def test_while_the_first_choice_fails_the_next_one_serves(candles: CandleMarket, kind: str, code: str) -> None:
    candles.fault("binance", kind)

    report = await candles.run()

    assert report.outcome == "degraded"
    assert {source.provider: source.error_code for source in report.sources}["binance"] in (code, "circuit_open")
    assert candles.providers(MINUTE) == {"coinbase"}
    assert candles.rows("DISTINCT quote_currency", MINUTE) == [["usd"]]


async def test_kraken_serves_when_binance_and_coinbase_fail(candles: CandleMarket) -> None:
    for provider in ("binance", "coinbase"):
        candles.fault(provider, "server_error", match="cand" if provider == "coinbase" else "klines")

    report = await candles.run()

    assert report.outcome == "degraded"
    assert "kraken" in candles.providers(MINUTE)


async def test_when_no_exchange_answers_an_index_over_all_of_them_does(
    candles: CandleMarket, clock: SteppingClock
) -> None:
    await candles.run()
    for provider in VENUES:
        candles.fault(provider, "server_error")
    clock.advance(60)

    report = await candles.run()

    assert report.outcome == "degraded"
    assert candles.rows("count(*) > 0, count(*) = count(volume)", MINUTE, "AND provider = 'cryptocompare'") == [
        [True, True]
    ]
    assert candles.rows("DISTINCT quote_currency", MINUTE, "AND provider = 'cryptocompare'") == [["usd"]]
    learnt = candles.market.place.run(
        "SELECT provider_id FROM provider_ids WHERE provider = 'cryptocompare' AND token_id = 'bitcoin'"
    )
    assert learnt == [["BTC-USD"]]


async def test_when_the_index_fails_as_well_coingecko_has_hours(candles: CandleMarket, clock: SteppingClock) -> None:
    await candles.run()
    for provider in (*VENUES, "cryptocompare"):
        candles.fault(provider, "server_error")
    await later(candles, clock, 61)

    report = await candles.run()

    assert report.outcome == "degraded"
    assert "coingecko" in candles.providers(HOUR)
    assert candles.rows("count(volume)", HOUR, "AND provider = 'coingecko'") == [[0]]


async def test_when_all_fail_nothing_is_written_and_each_failure_is_named(
    candles: CandleMarket, clock: SteppingClock
) -> None:
    await candles.run()
    before = candles.contents()
    for provider in (*VENUES, "cryptocompare", "coingecko"):
        candles.fault(provider, "server_error")
    clock.advance(60)

    report = await candles.run()

    assert report.outcome == "failed"
    assert {source.provider for source in report.sources if source.error_code} >= {"binance"}
    assert candles.contents() == before


@pytest.mark.parametrize("kind", ["times_ten", "swapped"])
async def test_prices_of_another_token_or_unit_are_not_believed(candles: CandleMarket, kind: str) -> None:
    candles.fault("binance", kind, match="klines")

    report = await candles.run()

    assert {source.provider: source.error_code for source in report.sources}["binance"] == "implausible"
    truth = candles.market.truth()
    for token_id, close in candles.rows("token_id, close::float", MINUTE, "AND NOT closed"):
        assert float(str(close)) == pytest.approx(truth[str(token_id)], rel=0.05)
    assert "coinbase" in candles.providers(MINUTE)


async def test_rows_without_prices_are_rejected_and_counted(candles: CandleMarket) -> None:
    candles.fault("binance", "nulls", match="klines", share=0.2)

    report = await candles.run()

    assert "bad_price" in (report.detail or "")
    assert candles.rows("count(*) > 0", MINUTE) == [[True]]


async def test_clock_that_runs_hours_ahead_stores_nothing_from_the_future(
    candles: CandleMarket, clock: SteppingClock
) -> None:
    candles.fault("binance", "skewed", match="klines")

    await candles.run()

    for seconds in (MINUTE, HOUR):
        assert candles.rows(f"count(*) FILTER (WHERE opened_at > '{clock.now()}')", seconds) in ([[0]], [])


async def test_frozen_first_choice_is_noticed_and_passed_over(candles: CandleMarket, clock: SteppingClock) -> None:
    await candles.run()
    candles.fault("binance", "frozen", match="klines")
    await later(candles, clock, 6)

    report = await candles.run()

    assert {source.provider: source.error_code for source in report.sources}["binance"] == "frozen"
    assert candles.providers(MINUTE) == {"binance", "coinbase"}
    assert candles.rows("extract(minute FROM max(opened_at))::int", MINUTE) == [[40]]


async def test_a_gap_is_found_and_filled_when_it_is_its_turn(candles: CandleMarket, clock: SteppingClock) -> None:
    await candles.run()
    place, gap = candles.market.place, "AND opened_at = '2026-02-27 10:00+0'"
    place.run(
        "DELETE FROM intraday_candles USING candle_series s WHERE s.series_id = intraday_candles.series_id"
        " AND interval_s = 3600 AND opened_at = '2026-02-27 10:00+0'"
    )
    held = candles.rows("count(*)", HOUR, gap)

    clock.advance(timedelta(minutes=turn_of(series_of_bitcoin(place), clock)))
    candles.market.at(clock.now())
    await candles.run()

    assert held == [[0]]
    assert candles.rows("count(*)", HOUR, f"AND token_id = 'bitcoin' {gap}") == [[1]]


def series_of_bitcoin(place: Place) -> int:
    """Return the number of bitcoin's hours."""
    [[series_id]] = place.run("SELECT series_id FROM candle_series WHERE token_id = 'bitcoin' AND interval_s = 3600")
    return int(str(series_id))


def turn_of(series_id: int, clock: SteppingClock) -> int:
    """Return in how many minutes a series is next looked through for gaps."""
    return (series_id - int(clock.now().timestamp() // 60)) % TURNS or TURNS


async def test_a_hole_that_its_source_cannot_fill_is_asked_for_again_after_a_week_only(
    candles: CandleMarket, clock: SteppingClock
) -> None:
    await candles.run()
    place, hole = candles.market.place, datetime(2026, 2, 27, 10, tzinfo=UTC)
    series_id = series_of_bitcoin(place)
    place.run(f"DELETE FROM intraday_candles WHERE series_id = {series_id} AND opened_at = '{hole}'")  # noqa: S608
    candles.fault("binance", "nulls", match=f"startTime={hole.timestamp() * 1000:.0f}", share=1)

    async def filled(minutes: int) -> bool:
        clock.advance(timedelta(minutes=minutes))
        candles.market.at(clock.now())
        await candles.run()
        return candles.rows("count(*)", HOUR, f"AND series_id = {series_id} AND opened_at = '{hole}'") == [[1]]

    in_vain = await filled(turn_of(series_id, clock))
    remembered = place.run("SELECT begins_at::text, ends_at - begins_at = interval '1 hour' FROM candle_holes")
    candles.market.mend("binance")
    next_turn = await filled(TURNS)
    place.run("UPDATE candle_holes SET asked_at = asked_at - interval '8 days'")
    a_week_later = await filled(TURNS)

    assert [held for _, held in remembered] == [True]
    assert (in_vain, next_turn, a_week_later) == (False, False, True)


async def test_markets_are_learnt_by_price_and_symbols_of_imitations_never_cross(
    candles: CandleMarket, clock: SteppingClock
) -> None:
    place = candles.market.place
    place.run("UPDATE tokens SET symbol = 'NOBODY' WHERE token_id = 'bitcoin'")
    place.run("UPDATE tokens SET symbol = 'BTC' WHERE token_id = 'dogecoin'")
    place.run("DELETE FROM provider_ids WHERE provider = 'binance'")

    await candles.run()

    learnt = place.run("SELECT provider_id, token_id FROM provider_ids WHERE provider IN ('coinbase', 'kraken')")
    assert ["BTC-USD", "dogecoin"] not in learnt
    assert ["XBTUSD", "dogecoin"] not in learnt
    assert ["ETH-USD", "ethereum"] in learnt
    assert candles.rows("count(*)", MINUTE, "AND token_id = 'dogecoin'") == [[0]]


async def test_without_tokens_there_is_nothing_to_ask_for(candles: CandleMarket) -> None:
    candles.market.place.run("TRUNCATE tokens CASCADE")

    report = await candles.run()

    assert (report.outcome, report.rows) == ("degraded", 0)


async def test_hours_of_tokens_that_no_exchange_lists_are_sampled(candles: CandleMarket, clock: SteppingClock) -> None:
    candles.market.place.run("DELETE FROM provider_ids WHERE token_id = 'tether'")
    candles.market.place.run(
        "INSERT INTO price_points (resolution_s, token_id, bucket, observed_at, price_usd)"
        " SELECT 300, 'tether', '2026-03-01 11:00+0'::timestamptz + n * interval '5 minutes', now(), 1 + n * 0.001"
        " FROM generate_series(0, 11) AS n"
    )
    await later(candles, clock)

    await candles.run()

    assert candles.rows("provider, high::float, volume", HOUR, "AND token_id = 'tether' AND provider = 'sampled'") == [
        ["sampled", 1.011, None]
    ]
