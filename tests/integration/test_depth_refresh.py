"""Order books of several exchanges, measured and stored, whatever one of them does."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.serving import Served, serve
from tests.clocks import SteppingClock
from tests.databases import Place
from tests.depths import Depths, depth_over
from tests.markets import market_over
from tests.unit.sandbox.calls import Caller

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
EXCHANGES = ("binance", "coinbase", "kraken")
OTHERS = ("bitstamp", "gemini", "kucoin", "okx", "bitfinex")
UNUSABLE = ("rate_limit", "error_body", "truncated", "stopped", "times_ten")
"""A kind for each way to fail; callers on demand meet all of them."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


@pytest.fixture
def upstream(sandbox: Served) -> Iterator[Caller]:
    yield Caller(sandbox.port)
    caller = Caller(sandbox.port)
    caller.call("DELETE", "/admin/faults")
    caller.call("PUT", "/admin/clock", {"now": NOON.isoformat()})


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(NOON)


@pytest.fixture
async def depths(
    sandbox: Served, upstream: Caller, place: Place, tmp_path: Path, clock: SteppingClock
) -> AsyncIterator[Depths]:
    async with market_over(sandbox, place, tmp_path, clock=clock) as market:
        await market.run()
    async with depth_over(sandbox, place, tmp_path, clock) as made:
        yield made


async def test_every_book_is_measured_at_every_exchange_that_trades_the_token(depths: Depths) -> None:
    report = await depths.run()

    assert (report.outcome, report.detail) == ("succeeded", None)
    assert report.rows == depths.count() == sum(source.rows for source in report.sources)
    assert depths.exchanges() == list(EXCHANGES)
    [[mid]] = depths.place.run("SELECT mid FROM depth_points WHERE token_id = 'bitcoin' AND provider = 'coinbase'")
    [[price]] = depths.place.run("SELECT price_usd FROM quotes WHERE token_id = 'bitcoin'")
    assert float(str(mid)) == pytest.approx(float(str(price)), rel=0.01)


async def test_measures_hold_together(depths: Depths) -> None:
    await depths.run()

    [[wrong]] = depths.place.run(
        "SELECT count(*) FROM depth_points WHERE NOT (best_bid < mid AND mid < best_ask AND spread_bps > 0"
        " AND bid_depth_1pct_usd <= bid_depth_2pct_usd AND ask_depth_1pct_usd <= ask_depth_2pct_usd"
        " AND buy_slippage_10k_bps <= buy_slippage_100k_bps AND bid_reach_pct > 2 AND ask_reach_pct > 2)"
    )
    assert wrong == 0


async def test_books_in_tethers_are_in_dollars_by_what_a_tether_cost(depths: Depths) -> None:
    await depths.run()

    rows = depths.place.run("SELECT DISTINCT provider, usd_rate FROM depth_points WHERE provider <> 'kraken'")
    [[tether]] = depths.place.run("SELECT price_usd FROM quotes WHERE token_id = 'tether'")
    assert {str(row[0]): row[1] for row in rows} == {"binance": tether, "coinbase": 1}


async def test_without_a_recent_price_of_tether_nothing_is_said_in_dollars(
    depths: Depths, upstream: Caller, clock: SteppingClock
) -> None:
    await depths.run()
    depths.place.run("TRUNCATE depth_points")
    clock.advance(timedelta(minutes=4))
    await depths.run()

    [[said]] = depths.place.run(
        "SELECT count(*) FROM depth_points WHERE provider = 'binance' AND"
        " (usd_rate, bid_depth_1pct_usd, buy_slippage_10k_bps) IS DISTINCT FROM (NULL, NULL, NULL)"
    )
    assert said == 0
    [[spreads]] = depths.place.run("SELECT count(spread_bps) FROM depth_points WHERE provider = 'binance'")
    assert int(str(spreads)) > 0


@pytest.mark.parametrize("kind", UNUSABLE)
async def test_an_exchange_that_fails_leaves_the_others(depths: Depths, upstream: Caller, kind: str) -> None:
    upstream.fault("binance", kind)

    report = await depths.run()

    assert report.outcome == "degraded"
    assert depths.exchanges() == ["coinbase", "kraken"]
    [[sources]] = depths.place.run("SELECT sources FROM datasets WHERE dataset = 'refresh_depth'")
    assert isinstance(sources, list)
    assert set(sources) == {"coinbase", "kraken"}


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_any_one_exchange_may_fail(depths: Depths, upstream: Caller, exchange: str) -> None:
    upstream.fault(exchange, "server_error", options={"match": "epth" if exchange != "coinbase" else "book"})

    report = await depths.run()

    codes = {source.provider: source.error_code for source in report.sources}
    assert codes[exchange] == "server_failed"
    assert set(depths.exchanges()) == set(EXCHANGES) - {exchange}


async def test_an_exchange_that_hangs_ends_with_the_time_for_everything(
    sandbox: Served, upstream: Caller, depths: Depths, place: Place, tmp_path: Path, clock: SteppingClock
) -> None:
    upstream.fault("binance", "timeout")
    hurried = Depths(replace(depths.refresh, fetch_within=timedelta(seconds=0.3)), place)

    report = await hurried.run("hurried")

    assert report.outcome == "degraded"
    assert depths.exchanges() == ["coinbase", "kraken"]


async def test_when_all_fail_nothing_is_written_and_the_old_measures_stay(
    depths: Depths, upstream: Caller, clock: SteppingClock
) -> None:
    await depths.run()
    before = depths.count()
    stamped = depths.place.run("SELECT refreshed_at FROM datasets WHERE dataset = 'refresh_depth'")
    for exchange in (*EXCHANGES, *OTHERS):
        upstream.fault(exchange, "server_error")
    clock.advance(60)

    report = await depths.run()

    assert report.outcome == "failed"
    assert depths.count() == before
    assert depths.place.run("SELECT refreshed_at FROM datasets WHERE dataset = 'refresh_depth'") == stamped


@pytest.mark.parametrize(
    "failing", [OTHERS[:count] for count in range(len(OTHERS))], ids=lambda names: f"{len(names)} of the others"
)
async def test_the_others_tell_one_book_of_each_token_while_the_first_three_fail(
    depths: Depths, upstream: Caller, failing: tuple[str, ...]
) -> None:
    for exchange in (*EXCHANGES, *failing):
        upstream.fault(
            exchange, "server_error", options={"match": "ook" if exchange in ("coinbase", *OTHERS) else "epth"}
        )

    report = await depths.run()

    assert report.outcome == "degraded"
    rows = depths.place.run("SELECT provider FROM depth_points WHERE token_id = 'bitcoin'")
    assert rows == [[OTHERS[len(failing)]]]
    [[most]] = depths.place.run(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM depth_points GROUP BY token_id) AS counted"
    )
    assert most == 1


async def test_a_slow_exchange_is_asked_for_a_part_in_each_run_and_for_all_in_three(
    sandbox: Served, upstream: Caller, depths: Depths, place: Place, tmp_path: Path, clock: SteppingClock
) -> None:
    async with depth_over(sandbox, place, tmp_path, clock, tokens=60) as many:
        counted: list[int] = []
        for _ in range(4):
            await many.run(f"turn {len(counted)}")
            counted.append(
                int(str(place.run("SELECT count(DISTINCT token_id) FROM depth_points WHERE provider = 'kraken'")[0][0]))
            )
            clock.advance(60)

    assert counted[0] <= 10
    assert 20 < counted[2] <= 30
    assert counted[3] == counted[2]


async def test_the_others_are_left_alone_while_the_first_three_tell_every_book(
    depths: Depths, upstream: Caller
) -> None:
    await depths.run()
    upstream.call("DELETE", "/admin/requests")

    await depths.run()

    assert set(upstream.call("GET", "/admin/requests").json()) & set(OTHERS) == set()


async def test_swapped_prices_are_taken_for_another_tokens_and_left_out(depths: Depths, upstream: Caller) -> None:
    upstream.fault("coinbase", "swapped")

    report = await depths.run()

    rows = depths.place.run("SELECT token_id FROM depth_points WHERE provider = 'coinbase'")
    assert {"bitcoin", "ethereum"} & {str(row[0]) for row in rows} == set()
    assert rows
    assert report.unmatched == 2


async def test_empty_books_are_left_out_and_counted(depths: Depths, upstream: Caller) -> None:
    upstream.fault("kraken", "nulls", options={"tokens": ["bitcoin"], "share": 0.000001})

    report = await depths.run()

    rows = depths.place.run("SELECT token_id FROM depth_points WHERE provider = 'kraken'")
    assert "bitcoin" not in {str(row[0]) for row in rows}
    assert report.unmatched == 1


async def test_a_clock_that_is_ahead_is_a_bad_answer(depths: Depths, upstream: Caller) -> None:
    upstream.fault("coinbase", "skewed")

    report = await depths.run()

    assert {source.provider: source.error_code for source in report.sources}["coinbase"] == "bad_payload"


async def test_a_second_delivery_asks_nobody_and_writes_nothing(depths: Depths, upstream: Caller) -> None:
    first = await depths.run("refresh-depth@12:00")
    upstream.call("DELETE", "/admin/requests")

    second = await depths.run("refresh-depth@12:00")

    assert second.rows == first.rows
    assert upstream.call("GET", "/admin/requests").json() == {}


async def test_markets_are_listed_once_in_six_hours(depths: Depths, upstream: Caller, clock: SteppingClock) -> None:
    upstream.call("DELETE", "/admin/requests")
    listed = []
    for minutes in (0, 1, 360):
        clock.advance(timedelta(minutes=minutes))
        await depths.run()
        listed.append(upstream.call("GET", "/admin/requests").json()["coinbase"]["paths"]["/products"]["total"])

    assert listed == [1, 1, 2]
    rows = depths.place.run(
        "SELECT provider_id FROM provider_ids WHERE token_id = 'bitcoin' AND provider IN ('coinbase', 'kraken')"
    )
    assert sorted(str(row[0]) for row in rows) == ["BTC-USD", "XBTUSD"]


async def test_points_lie_in_the_partition_of_their_month(depths: Depths) -> None:
    await depths.run()

    [[inside]] = depths.place.run("SELECT count(*) FROM depth_points_2026_03")
    assert inside == depths.count() > 0


async def test_before_any_token_is_ranked_there_is_nothing_to_ask(
    sandbox: Served, upstream: Caller, place: Place, tmp_path: Path, clock: SteppingClock
) -> None:
    async with depth_over(sandbox, place, tmp_path, clock) as made:
        report = await made.run()

    assert (report.outcome, report.detail) == ("failed", "no token is ranked yet")
