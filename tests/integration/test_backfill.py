"""A backfill over real parts: the sandbox over HTTP, a document file and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.backfill.job import Backfill
from functions.backfill.wiring import backfill_over
from local.backfill.loading import GIVE_UP_AFTER, StuckError, load
from local.backfill.options import read_options
from local.backfill.places import asking_at
from local.backfill.showing import PlainBar
from local.display import Silence
from local.upstreams import sandbox_upstreams
from sandbox.serving import Served, serve
from shared.core.errors import UnavailableError
from shared.core.settings import Settings
from shared.records.backfill import BackfillProgress
from tests.databases import Place
from tests.markets import Market, market_over

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
DAYS_30 = {"from": (TODAY - timedelta(days=30)).isoformat(), "to": TODAY.isoformat()}
DAILY = DAYS_30 | {"tokens": ["bitcoin", "ethereum"], "intervals": ["1d"]}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=60) as served:
        yield served


@pytest.fixture
async def market(sandbox: Served, place: Place, tmp_path: Path) -> AsyncIterator[Market]:
    async with market_over(sandbox, place, tmp_path, fetch_within=timedelta(seconds=4)) as made:
        yield made
        for provider in ("binance", "coinbase", "kraken", "cryptocompare", "coingecko", "coingecko_pro", "coinmetrics"):
            made.mend(provider)


def environment_of(sandbox: Served, place: Place, documents: Path) -> dict[str, str]:
    upstreams = sandbox_upstreams(port=sandbox.port, tokens=60, seed=7, log=documents)
    return {
        "DATA_SOURCE": "sandbox",
        "DOCUMENTS_FILE": str(documents),
        "DB_SOCKET": str(place.writer.socket_path),
        "DB_NAME": place.name,
        "DB_USER": place.writer.user,
        "DB_POOL_SIZE": "1",
        "DB_MAX_OVERFLOW": "0",
        **upstreams.addresses,
        **upstreams.keys,
    }


@pytest.fixture
async def job(sandbox: Served, market: Market, tmp_path: Path) -> AsyncIterator[Backfill]:
    learn_names(market.place)
    made = backfill_over(Settings.from_environment(environment_of(sandbox, market.place, tmp_path / "backfill.sqlite")))
    yield made
    await made.close()


def learn_names(place: Place) -> None:
    """Leave behind what refresh_market would, without its waiting for five providers."""
    for rank, (token_id, symbol) in enumerate([("bitcoin", "BTC"), ("ethereum", "ETH")], 1):
        place.run(f"INSERT INTO tokens VALUES ('{token_id}', '{symbol}', '{token_id}', NULL, false, now(), now())")  # noqa: S608
        place.run(f"INSERT INTO provider_ids VALUES ('binance', '{symbol}USDT', '{token_id}', 'symbol', now())")  # noqa: S608
        place.run(
            "INSERT INTO quotes (token_id, price_usd, rank, as_of, priced_at, facts_provider, sources, source_prices, "  # noqa: S608
            f"data_source, refreshed_at) VALUES ('{token_id}', 1, {rank}, now(), now(), 'binance', '{{}}', '[]', 'sandbox', now())"
        )


async def finished(job: Backfill, body: dict[str, Any], *, calls: int = 50) -> BackfillProgress:
    for _ in range(calls):
        progress = await job.run(body)
        if progress.state == "done":
            return progress
    raise AssertionError(f"not done after {calls} calls: {progress}")


def candles(place: Place) -> list[list[object]]:
    return place.run(
        "SELECT token_id, interval_s, count(*), min(opened_at), max(opened_at) FROM candles JOIN candle_series USING (series_id) "
        "WHERE closed GROUP BY 1, 2 ORDER BY 1, 2"
    )


async def test_everything_asked_for_is_there_afterwards(job: Backfill, market: Market) -> None:
    progress = await finished(job, DAILY)

    first, last = TODAY - timedelta(days=30), TODAY - timedelta(days=1)
    assert candles(market.place) == [["bitcoin", 86_400, 30, first, last], ["ethereum", 86_400, 30, first, last]]
    assert (progress.unit, progress.units, progress.rows, progress.failures, progress.without) == (2, 2, 60, 0, 0)


async def test_hours_are_kept_by_month_and_the_largest_tokens_are_known(job: Backfill, market: Market) -> None:
    body = {"from": (TODAY - timedelta(days=45)).isoformat(), "to": TODAY.isoformat(), "top": 1, "intervals": ["1h"]}

    progress = await finished(job, body)

    [[count]] = market.place.run("SELECT count(*) FROM intraday_candles")
    assert (count, progress.units, progress.asked) == (45 * 24, 1, 2)
    assert progress.tokens == ("bitcoin",)


async def test_a_call_does_a_part_and_the_next_one_goes_on(job: Backfill, market: Market) -> None:
    told = [progress async for progress in _calls(job, DAILY | {"within_s": 0}, 3)]

    assert [progress.unit for progress in told] == [0, 0, 0], "no time, nothing done"
    assert (await finished(job, DAILY)).rows == 60


async def _calls(job: Backfill, body: dict[str, Any], count: int) -> AsyncIterator[BackfillProgress]:
    for _ in range(count):
        yield await job.run(body)


async def test_what_is_stored_is_not_asked_for_again(job: Backfill, market: Market) -> None:
    await finished(job, DAILY)

    again = await finished(job, DAILY | {"from": (TODAY - timedelta(days=20)).isoformat()})

    assert (again.asked, again.complete, again.rows) == (0, 2, 0)


async def test_the_same_order_when_done_does_nothing(job: Backfill) -> None:
    first = await finished(job, DAILY)

    assert await job.run(DAILY) == first


async def test_a_second_call_at_the_same_time_does_not_do_the_work_twice(job: Backfill, market: Market) -> None:
    first, second = await asyncio.gather(job.run(DAILY), job.run(DAILY))

    done, busy = (first, second) if first.state == "done" else (second, first)
    assert (done.state, busy.state) == ("done", "running")
    assert done.asked == 2


async def test_a_run_that_died_is_taken_over_when_its_lease_is_over(job: Backfill, market: Market) -> None:
    class Died(Exception):  # noqa: N818
        pass

    saved: list[BackfillProgress] = []

    def die(progress: BackfillProgress) -> None:
        saved.append(progress)
        if progress.unit == 1:
            raise asyncio.CancelledError  # as when the instance is taken away: nothing is released

    with pytest.raises(asyncio.CancelledError):
        await replace(job, on_save=die).run(DAILY)

    held = await job.run(DAILY)
    assert (held.state, held.unit, held.due(datetime.now(UTC))) == ("running", 1, False)
    assert held.lease_until is not None
    assert held.due(held.lease_until)


@pytest.mark.parametrize("kind", ["server_error", "reset", "error_body", "html", "truncated", "rate_limit", "redirect"])
async def test_while_the_first_choice_fails_another_one_fills_in(job: Backfill, market: Market, kind: str) -> None:
    market.fault("binance", kind)
    body = DAILY | {"from": (TODAY - timedelta(days=6)).isoformat(), "tokens": ["bitcoin"]}

    progress = await finished(job, body)

    rows = market.place.run("SELECT DISTINCT provider FROM candles JOIN candle_sources USING (source_id)")
    assert progress.rows > 0
    assert [provider for [provider] in rows if provider == "binance"] == []


async def test_when_nobody_answers_the_caller_is_told_to_come_back_and_then_the_unit_is_given_up(
    job: Backfill, market: Market
) -> None:
    for provider in ("binance", "coinbase", "kraken", "cryptocompare", "coingecko", "coingecko_pro"):
        market.fault(provider, "server_error")

    for _ in range(2 * 3):
        with pytest.raises(UnavailableError, match="Nobody answered for"):
            await job.run(DAILY)
    progress = await job.run(DAILY)

    assert (progress.state, progress.failures, progress.failed) == ("done", 2, ("bitcoin 1d", "ethereum 1d"))
    assert candles(market.place) == []


async def test_a_token_that_nobody_trades_is_counted_and_passed_over(job: Backfill) -> None:
    progress = await finished(job, DAILY | {"tokens": ["no-such-token", "bitcoin"]})

    assert (progress.without, progress.rows) == (1, 30)


async def test_metrics_of_chains_come_from_who_is_preferred(job: Backfill, market: Market) -> None:
    progress = await finished(job, DAYS_30 | {"chains": ["bitcoin"]})

    rows = market.place.run(
        "SELECT metric, source, count(*) FROM chain_metrics WHERE chain = 'bitcoin' AND resolution = 'day' GROUP BY 1, 2"
    )
    days = {(metric, source): int(str(count)) for metric, source, count in rows}
    assert days["active_addresses", "coinmetrics"] == days["transactions", "blockchain_com"] == 30
    assert not {("active_addresses", "blockchain_com"), ("transactions", "coinmetrics")} & days.keys()
    assert progress.failures == 0


async def test_each_day_of_fees_has_one_source_and_no_revision(job: Backfill, market: Market) -> None:
    await finished(job, DAYS_30 | {"chains": ["bitcoin"]})

    told = market.place.run(
        "SELECT source, count(*), count(DISTINCT observed_at) FROM chain_metrics"
        " WHERE chain = 'bitcoin' AND metric = 'fees_usd' AND resolution = 'day' GROUP BY 1"
    )
    assert told == [["defillama", 30, 30]]


async def test_an_import_is_no_refresh_of_the_present(job: Backfill, market: Market) -> None:
    await finished(job, DAILY)

    [[refreshed_at]] = market.place.run("SELECT refreshed_at FROM datasets WHERE dataset = 'refresh_candles'")
    assert refreshed_at == datetime(1970, 1, 1, tzinfo=UTC)


def test_the_command_fills_a_configured_database_without_any_platform(
    sandbox: Served, place: Place, tmp_path: Path
) -> None:
    learn_names(place)
    environ = environment_of(sandbox, place, tmp_path / "backfill.sqlite")
    first, last = (TODAY - timedelta(days=10)).date().isoformat(), (TODAY - timedelta(days=1)).date().isoformat()
    arguments = ["--from", first, "--to", last, "--tokens", "bitcoin", "--chains", "none", "--data", str(tmp_path)]
    options = read_options(arguments, now=datetime.now(UTC))
    assert options.order is not None

    with asking_at(options, Silence(), environ) as asks:
        progress = load(asks, options.order, PlainBar("history"), say=print, pause=lambda _: None)

    assert (progress["rows"], progress["state"]) == (10, "done")
    assert candles(place) == [["bitcoin", 86_400, 10, TODAY - timedelta(days=10), TODAY - timedelta(days=1)]]


def test_a_database_that_does_not_answer_is_told_and_not_asked_for_ever(
    sandbox: Served, place: Place, tmp_path: Path
) -> None:
    environ = environment_of(sandbox, place, tmp_path / "backfill.sqlite") | {"DB_SOCKET": str(tmp_path / "nobody")}
    options = read_options(["--from", "2026-01-01", "--top", "5", "--data", str(tmp_path)], now=datetime.now(UTC))
    assert options.order is not None
    waits = list[float]()

    with asking_at(options, Silence(), environ) as asks, pytest.raises(StuckError, match="goes on from here"):
        load(asks, options.order, PlainBar("history"), say=lambda _: None, pause=waits.append)

    assert len(waits) == GIVE_UP_AFTER - 1
