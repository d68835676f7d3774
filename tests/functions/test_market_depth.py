"""Order books on demand: a real book within two seconds, or what was last measured, without one."""

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from functions.market.main import build
from functions.market.routes.depth import DepthAnswer
from sandbox.serving import Served, serve
from shared.db.engine import Database
from shared.domain.depth.measuring import measure
from shared.domain.depth.models import Depth
from shared.domain.depth.planning import DepthPlanner
from shared.domain.depth.writing import DepthWriter
from shared.domain.market.snapshot import MarketSnapshot
from shared.http.envelope import Envelope
from shared.records.depth import BookRecord, DepthPoint, Level
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.snapshots import BITCOIN, DUST, ETHEREUM, OTHER_DUST, snapshot
from tests.unit.sandbox.calls import Caller

from .ondemand import RENEW, Asked, environment_over
from .quoting import store

ROOT = Path(__file__).parents[2]
DEPTH = "/api/v1/market/depth?id=bitcoin"
EXCHANGES = ("binance", "coinbase", "kraken")
UNUSABLE = (
    "rate_limit",
    "rate_limit_silent",
    "server_error",
    "error_body",
    "html",
    "redirect",
    "timeout",
    "reset",
    "truncated",
    "refused",
    "stopped",
    "endless",
    "swapped",
    "times_ten",
)
MARKETS = [("binance", "BTCUSDT", "bitcoin"), ("coinbase", "BTC-USD", "bitcoin"), ("kraken", "XBTUSD", "bitcoin")]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


@pytest.fixture
def upstream(sandbox: Served) -> Iterator[Caller]:
    caller = Caller(sandbox.port)
    caller.call("DELETE", "/admin/requests")
    yield caller
    caller.call("DELETE", "/admin/faults")


@pytest.fixture(scope="module")
def filled(sandbox: Served, shared_place: Place) -> Place:
    """A market of a few tokens whose prices are those of the sandbox, where each is traded, and nothing measured."""
    truth = {row["id"]: str(row["price"]) for row in Caller(sandbox.port).call("GET", "/admin/truth").json()["tokens"]}
    bitcoin, ethereum = (*BITCOIN[:3], truth["bitcoin"], BITCOIN[4]), (*ETHEREUM[:3], truth["ethereum"], ETHEREUM[4])
    tether = ("tether", "USDT", "Tether", truth["tether"], "100000000000")
    asyncio.run(_fill(shared_place, snapshot([bitcoin, ethereum, tether, DUST, OTHER_DUST], data_source="sandbox")))
    return shared_place


async def _fill(place: Place, found: MarketSnapshot) -> None:
    await store(place, found)
    database = Database(place.writer, read_only=False)
    await DepthPlanner(database).learn(MARKETS, at=NOON)
    await database.close()


@pytest.fixture
async def depth(sandbox: Served, upstream: Caller, filled: Place, tmp_path: Path) -> AsyncIterator[Asked]:
    filled.run("TRUNCATE depth_points")
    environment = environment_over(sandbox.url, str(tmp_path / "documents.db"), filled)
    asked = Asked(build, environment, SteppingClock(NOON))
    yield asked
    await asked.close()


def point(
    exchange: str, *, at: timedelta, bid: str = "100", amount: str = "5", known: timedelta | None = None
) -> DepthPoint:
    book = BookRecord(
        token_id="bitcoin",
        provider=exchange,
        market="BTC-USD",
        quote_currency="usd",
        bids=(Level(Decimal(bid), Decimal(amount)),),
        asks=(Level(Decimal(bid) + 1, Decimal(amount)),),
        observed_at=NOON + at,
        known_at=NOON + (at if known is None else known),
    )
    return DepthPoint.of(book, measure(book, Decimal(1)))


async def measured(place: Place, *points: DepthPoint) -> None:
    database = Database(place.writer, read_only=False)
    await DepthWriter(database).store(points, at=NOON, data_source="sandbox")
    await database.close()


def requests_of(upstream: Caller, provider: str) -> int:
    counted = upstream.call("GET", "/admin/requests").json()
    return int(counted.get(provider, {"total": 0})["total"])


async def test_the_book_is_that_of_the_first_exchange_and_is_told_whole(depth: Asked) -> None:
    body = Envelope[Depth].model_validate(await depth.fresh(f"{DEPTH}&levels=3"))

    book = body.data
    assert (book.id, book.symbol, book.exchange, book.market, book.levels) == (
        "bitcoin",
        "BTC",
        "binance",
        "BTCUSDT",
        3,
    )
    assert book.bids is not None
    assert book.asks is not None
    assert (len(book.bids), len(book.asks)) == (3, 3)
    assert [row[0] for row in book.bids] == sorted((row[0] for row in book.bids), reverse=True)
    assert [row[0] for row in book.asks] == sorted(row[0] for row in book.asks)
    assert book.bids[0][0] == book.best_bid
    assert book.asks[0][0] == book.best_ask
    assert book.mid == pytest.approx((book.bids[0][0] + book.asks[0][0]) / 2)
    assert (body.meta.stale, body.meta.source, body.meta.sources) == (False, "sandbox", ["binance"])
    assert body.meta.as_of == book.as_of == NOON


async def test_each_level_is_worth_its_price_times_its_amount_in_dollars(depth: Asked) -> None:
    book = (await depth.fresh(f"{DEPTH}&levels=100"))["data"]

    assert len(book["bids"]) == 100
    for price, amount, worth in book["bids"] + book["asks"]:
        assert worth == pytest.approx(price * amount * book["usd_rate"])


async def test_measures_rest_on_the_whole_book_however_few_levels_are_shown(depth: Asked) -> None:
    few, many = [(await depth.fresh(f"{DEPTH}&levels={levels}"))["data"] for levels in (1, 100)]

    shown = {"levels", "bids", "asks"}
    assert {name: few[name] for name in few.keys() - shown} == {name: many[name] for name in many.keys() - shown}
    assert few["bid_levels"] > 100
    assert few["bid_reach_pct"] > 2


async def test_a_symbol_of_one_token_is_as_good_as_its_id(depth: Asked) -> None:
    by_id, by_symbol = [await depth.fresh(f"/api/v1/market/depth?{name}") for name in ("id=bitcoin", "symbol=btc")]

    assert by_id["data"] == by_symbol["data"]


async def test_a_shared_symbol_lists_candidates_and_asks_nobody(depth: Asked, upstream: Caller) -> None:
    body = DepthAnswer.model_validate(await depth.fresh("/api/v1/market/depth?symbol=dst"))

    assert body.data is None
    assert body.meta.ambiguous
    assert body.meta.symbol == "DST"
    assert [each.id for each in body.meta.candidates or ()] == ["dust-2", "dust"]
    assert sum(requests_of(upstream, each) for each in EXCHANGES) == 0


async def test_it_is_fresh_for_ten_seconds(depth: Asked, upstream: Caller) -> None:
    first = await depth.get(DEPTH)
    depth.clock.advance(9)
    second = await depth.get(DEPTH)

    assert first.headers["cache-control"].startswith("public, max-age=10,")
    assert second.headers["x-cache"] == "hit-memory"
    assert requests_of(upstream, "binance") == 1


async def test_two_callers_at_once_are_one_question(depth: Asked, upstream: Caller) -> None:
    answers = await asyncio.gather(*(depth.get(DEPTH) for _ in range(8)))

    assert {answer.status_code for answer in answers} == {200}
    assert requests_of(upstream, "binance") == 1


@pytest.mark.parametrize("kind", UNUSABLE)
async def test_the_next_exchange_answers_for_one_that_fails(depth: Asked, upstream: Caller, kind: str) -> None:
    upstream.fault("binance", kind)

    body = await depth.fresh(DEPTH)

    assert (body["meta"]["sources"], body["meta"]["stale"]) == (["coinbase"], False)
    assert body["data"]["quote_currency"] == "usd"


async def test_the_third_exchange_answers_when_two_fail(depth: Asked, upstream: Caller) -> None:
    upstream.fault("binance", "server_error")
    upstream.fault("coinbase", "server_error")

    assert (await depth.fresh(DEPTH))["data"]["market"] == "XBTUSD"


async def test_an_empty_book_is_asked_for_elsewhere(depth: Asked, upstream: Caller) -> None:
    upstream.fault("binance", "nulls", options={"tokens": ["bitcoin"]})

    assert (await depth.fresh(DEPTH))["meta"]["sources"] == ["coinbase"]


async def test_when_none_answers_the_last_measures_are_told_without_a_book(
    depth: Asked, upstream: Caller, filled: Place
) -> None:
    await measured(filled, point("kraken", at=-timedelta(minutes=1)), point("binance", at=-timedelta(minutes=9)))
    for exchange in EXCHANGES:
        upstream.fault(exchange, "server_error")

    body = Envelope[Depth].model_validate(await depth.fresh(DEPTH))

    book = body.data
    assert (book.exchange, book.levels, book.bids, book.asks) == ("kraken", None, None, None)
    assert (book.best_bid, book.best_ask, book.bid_depth_1pct_usd) == (100, 101, 500)
    assert (body.meta.stale, body.meta.age_s, body.meta.sources) == (True, 60, ["kraken"])
    assert [each.exchange for each in book.exchanges] == ["kraken", "binance"]


async def test_a_caller_does_not_wait_until_those_that_hang_let_go(
    depth: Asked, upstream: Caller, filled: Place
) -> None:
    await measured(filled, point("kraken", at=-timedelta(minutes=1)))
    await depth.get("/api/v1/market")
    for exchange in EXCHANGES:
        upstream.fault(exchange, "timeout")

    async with asyncio.timeout(10):
        body = await depth.fresh(DEPTH)

    assert body["meta"]["stale"] is True


async def test_of_recent_measures_the_deepest_go_first(depth: Asked, filled: Place) -> None:
    await measured(
        filled,
        point("kraken", at=-timedelta(seconds=10)),
        point("coinbase", at=-timedelta(seconds=50), amount="50"),
        point("binance", at=-timedelta(hours=5), amount="500"),
    )

    body = await depth.fresh(DEPTH)

    assert [each["exchange"] for each in body["data"]["exchanges"]] == ["coinbase", "kraken", "binance"]


async def test_as_of_sees_only_what_was_known_then(depth: Asked, upstream: Caller, filled: Place) -> None:
    observed = -timedelta(hours=1)
    await measured(
        filled,
        point("kraken", at=observed, bid="100"),
        point("kraken", at=observed, bid="200", known=-timedelta(minutes=10)),
    )

    async def best_bid(minutes_ago: int) -> Any:
        then = (NOON - timedelta(minutes=minutes_ago)).isoformat().replace("+00:00", "Z")
        return (await depth.fresh(f"{DEPTH}&as_of={then}"))["data"]["best_bid"]

    assert [await best_bid(minutes) for minutes in (60, 11, 10, 0)] == [100, 100, 200, 200]
    assert (await depth.get(f"{DEPTH}&as_of=2026-03-01T10:59:59Z")).status_code == 404
    assert sum(requests_of(upstream, each) for each in EXCHANGES) == 0


@pytest.mark.parametrize(("minutes", "stale"), [(2, False), (3, False), (4, True)])
async def test_what_was_known_then_was_stale_or_not_then(
    depth: Asked, filled: Place, minutes: int, stale: bool
) -> None:
    await measured(filled, point("kraken", at=-timedelta(minutes=minutes)))

    body = await depth.fresh(f"{DEPTH}&as_of={NOON.timestamp():.0f}")

    assert body["meta"]["stale"] is stale


async def test_when_none_answers_and_nothing_was_measured_it_is_unavailable(depth: Asked, upstream: Caller) -> None:
    for exchange in EXCHANGES:
        upstream.fault(exchange, "server_error")

    answer = await depth.get(DEPTH)

    assert (answer.status_code, answer.json()["code"]) == (503, "no_data")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("id=nothing", 404, "token_not_found"),
        ("symbol=nothing", 404, "token_not_found"),
        ("id=dust", 404, "depth_not_found"),
        ("", 422, None),
        ("id=bitcoin&symbol=btc", 422, None),
        ("id=bitcoin&levels=0", 422, None),
        ("id=bitcoin&levels=101", 422, None),
        ("id=bitcoin&as_of=soon", 422, None),
        ("id=bitcoin&depth=1", 422, None),
    ],
)
async def test_bad_questions_are_refused_and_nobody_is_asked(
    depth: Asked, upstream: Caller, query: str, status: int, code: str | None
) -> None:
    answer = await depth.get(f"/api/v1/market/depth?{query}")

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    assert sum(requests_of(upstream, each) for each in EXCHANGES) == 0


async def test_never_loaded_is_unavailable(sandbox: Served, place: Place, tmp_path: Path) -> None:
    asked = Asked(build, environment_over(sandbox.url, str(tmp_path / "documents.db"), place))
    answer = await asked.get(DEPTH)
    await asked.close()

    assert (answer.status_code, answer.json()["code"]) == (503, "no_data")


async def test_an_exchange_that_failed_twice_is_left_alone(depth: Asked, upstream: Caller) -> None:
    upstream.fault("binance", "server_error")
    for _ in range(4):
        await depth.get(DEPTH, RENEW)

    assert requests_of(upstream, "binance") == 2


def test_the_way_out_is_imported_only_when_a_book_is_asked_for() -> None:
    script = """
        import sys
        from functions.market.main import build
        from shared.core.settings import Settings
        build(Settings.from_environment({"DOCUMENTS_FILE": "/tmp/nowhere.db", "DB_HOST": "127.0.0.1", "DB_USER": "me"}))
        print(sorted({"httpx2", "pg8000", "numpy"} & sys.modules.keys()))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
