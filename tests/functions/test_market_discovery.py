"""The market function: trending tokens and categories over a real database."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.market.main import build
from shared.domain.tokens.category_writing import CategoryRun
from shared.domain.tokens.models import Category, CategoryTokens, Trending
from shared.http.envelope import Envelope
from shared.records.tokens import CategoryRecord, TrendingToken
from tests.catalogues import details, list_run, storing
from tests.clocks import NOON, SteppingClock
from tests.databases import Place, Server, copied_for, filled_by
from tests.functions.quoting import Served, store
from tests.snapshots import snapshot

HOUR = timedelta(hours=1)
TOLD = {"price_usd": Decimal("9.65"), "market_cap_usd": Decimal(148289648), "volume_24h_usd": None}


def category(name: str, cap: str | None = None, provider: str = "coingecko") -> CategoryRecord:
    return CategoryRecord(
        provider=provider,
        category_id=name,
        name=name.title(),
        market_cap_usd=None if cap is None else Decimal(cap),
        volume_24h_usd=None if cap is None else Decimal(5),
        market_cap_change_24h_pct=Decimal("-2.5"),
        observed_at=NOON - timedelta(minutes=2),
    )


def run(
    categories: Sequence[CategoryRecord], members: dict[str, list[str]] | None = None, provider: str = "coingecko"
) -> CategoryRun:
    return CategoryRun(categories=categories, members=members or {}, provider=provider, at=NOON, data_source="live")


def place_of(position: int, token_id: str, provider: str = "coingecko", **more: Any) -> TrendingToken:
    told = TOLD if provider == "coingecko" else {}
    return TrendingToken(
        provider=provider, position=position, token_id=token_id, symbol="SYM", name="Name", told=told, **more
    )


@pytest.fixture(scope="module")
def filled(server: Server) -> Iterator[Place]:
    with filled_by(server, fill) as made:
        yield made


@pytest.fixture
def place(request: pytest.FixtureRequest, server: Server) -> Iterator[Place]:
    with copied_for("market", request, server) as made:
        yield made


async def fill(place: Place) -> None:
    await store(place, snapshot())
    async with storing(place) as writers:
        await writers.catalogue(list_run())
        await writers.grouped.store(
            run(
                [category("coins"), category("dusts", "7000"), category("unknown", "900"), category("empty")],
                {"coins": ["ethereum", "bitcoin"], "dusts": ["dust", "dust-2", "gone", "gone-2"]},
            )
        )
        await writers.grouped.compute(at=NOON)
        await writers.grouped.store_trending(
            [place_of(1, "ethereum"), place_of(2, "not-quoted")], at=NOON, data_source="live"
        )


@pytest.fixture
async def market(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place, SteppingClock(NOON + timedelta(minutes=1)))
    yield served
    await served.close()


async def test_trending_names_its_source_and_gives_our_own_quote_beside_what_was_told(market: Served) -> None:
    body = await market.fresh("/api/v1/market/trending")
    first, second = body["data"]

    assert Envelope[list[Trending]].model_validate(body)
    assert (first["id"], first["source"], first["quote"]["price"]) == ("ethereum", "coingecko", Decimal("131.40"))
    assert first["told"] == {"price": Decimal("9.65"), "market_cap": 148289648, "volume_24h": None, "change_24h": None}
    assert (second["quote"], second["score"]) == (None, None)
    assert (body["meta"]["method"], body["meta"]["sources"], body["meta"]["total"]) == ("searches", ["coingecko"], 2)


async def test_trending_may_be_kept_for_ten_minutes(market: Served) -> None:
    answer = await market.get("/api/v1/market/trending")

    assert answer.headers["cache-control"].startswith("public, max-age=600")


async def test_our_own_list_says_that_it_is_ours(market: Served, place: Place) -> None:
    score = {"score": Decimal("2.5"), "turnover_score": Decimal("2.5"), "movement_score": Decimal("2.5")}
    async with storing(place) as writers:
        await writers.grouped.store_trending(
            [place_of(1, "bitcoin", "cryptoprism", **score)], at=NOON + HOUR, data_source="live"
        )

    body = await market.fresh("/api/v1/market/trending")

    assert [(each["id"], each["source"], each["score"]) for each in body["data"]] == [
        ("bitcoin", "cryptoprism", Decimal("2.5"))
    ]
    assert (body["meta"]["method"], body["meta"]["sources"]) == ("unusual_trading", ["cryptoprism"])


async def test_a_run_that_is_not_newer_replaces_no_list(market: Served, place: Place) -> None:
    async with storing(place) as writers:
        rows = await writers.grouped.store_trending([place_of(1, "late")], at=NOON - HOUR, data_source="live")

    assert rows == 0
    assert [each["id"] for each in (await market.fresh("/api/v1/market/trending"))["data"]] == [
        "ethereum",
        "not-quoted",
    ]


async def test_categories_are_our_sums_where_all_is_known_and_else_what_was_told(market: Served) -> None:
    body = await market.fresh("/api/v1/market/categories")
    found = {each["id"]: each for each in body["data"]}

    assert Envelope[list[Category]].model_validate(body)
    assert list(found) == ["coins", "dusts", "unknown", "empty"]
    coins, dusts, unknown, empty = found.values()
    assert (coins["basis"], coins["market_cap"]) == ("computed", Decimal("75600000000.5"))
    assert (coins["volume_24h"], coins["market_cap_change_24h"]) == (Decimal("2469135.78"), Decimal("1.500000"))
    assert (coins["members"], coins["members_counted"], coins["members_whole"]) == (2, 2, True)
    # Of four tokens one has a market cap: our sum would say little.
    assert (dusts["basis"], dusts["market_cap"], dusts["market_cap_change_24h"]) == ("told", 7000, Decimal("-2.5"))
    assert (dusts["members"], dusts["members_counted"]) == (4, 1)
    assert (unknown["basis"], unknown["members_whole"]) == ("told", False)
    assert (empty["basis"], empty["market_cap"], empty["as_of"]) == (None, None, None)
    assert body["meta"]["total"] == 4
    assert body["meta"]["as_of"] == "2026-03-01T11:58:00Z"


async def test_pages_of_categories_fit_together(market: Served) -> None:
    first = await market.fresh("/api/v1/market/categories?limit=3")
    second = await market.fresh("/api/v1/market/categories" + first["meta"]["next"])

    assert [each["id"] for each in first["data"] + second["data"]] == ["coins", "dusts", "unknown", "empty"]
    assert "next" not in second["meta"]


async def test_a_category_lists_its_quoted_tokens_largest_first(market: Served) -> None:
    body = await market.fresh("/api/v1/market/categories/coins?limit=1")
    second = await market.fresh("/api/v1/market/categories/coins" + body["meta"]["next"])

    assert Envelope[CategoryTokens].model_validate(body)
    assert [each["id"] for each in body["data"]["tokens"] + second["data"]["tokens"]] == ["bitcoin", "ethereum"]
    assert body["data"]["tokens"][0]["price"] == Decimal("3578.2828968419490075")
    assert body["meta"]["total"] == 2


async def test_a_category_whose_tokens_are_not_known_yet_says_so(market: Served) -> None:
    body = await market.fresh("/api/v1/market/categories/unknown")

    assert (body["data"]["tokens"], body["data"]["members_whole"], body["data"]["members"]) == ([], False, 0)


async def test_details_of_tokens_tell_the_first_members_until_the_category_is_asked(
    market: Served, place: Place
) -> None:
    async with storing(place) as writers:
        told = [("ripple", details("ripple", categories=("Unknown", "Coins", "Nobody's")))]
        await writers.tokens.store_details(told, ["ripple"], at=NOON + HOUR)

    unknown = await market.fresh("/api/v1/market/categories/unknown")
    coins = await market.fresh("/api/v1/market/categories/coins")

    assert [each["id"] for each in unknown["data"]["tokens"]] == ["ripple"]
    assert [each["id"] for each in coins["data"]["tokens"]] == ["bitcoin", "ethereum"]


async def test_a_token_that_left_its_category_is_kept_as_having_been_there(market: Served, place: Place) -> None:
    async with storing(place) as writers:
        await writers.grouped.store_members(
            {"coins": ["bitcoin", "ripple"]}, whole={"coins": True}, provider="coingecko", at=NOON + HOUR
        )

    body = await market.fresh("/api/v1/market/categories/coins")

    assert [each["id"] for each in body["data"]["tokens"]] == ["bitcoin", "ripple"]
    assert place.run(
        "SELECT token_id, held_until IS NULL FROM category_members WHERE category_id = 'coins' ORDER BY 1"
    ) == [["bitcoin", True], ["ethereum", False], ["ripple", True]]


async def test_what_was_shown_of_categories_is_kept_hour_by_hour(market: Served, place: Place) -> None:
    async with storing(place) as writers:
        await writers.grouped.compute(at=NOON + timedelta(minutes=50))

    assert place.run("SELECT category_id, basis, count(*) FROM category_points GROUP BY 1, 2 ORDER BY 1") == [
        ["coins", "computed", 2],
        ["dusts", "told", 2],
        ["unknown", "told", 2],
    ]


async def test_told_totals_of_yesterday_give_way_to_a_part_of_today(market: Served, place: Place) -> None:
    place.run("UPDATE categories SET told_at = told_at - interval '1 day'")
    async with storing(place) as writers:
        await writers.grouped.compute(at=NOON)

    found = {each["id"]: each["basis"] for each in (await market.fresh("/api/v1/market/categories"))["data"]}

    assert found == {"coins": "computed", "dusts": "computed", "unknown": "told", "empty": None}


async def test_unknown_categories_and_too_much_at_once_are_refused(market: Served) -> None:
    missing = await market.get("/api/v1/market/categories/none")

    assert (missing.status_code, missing.json()["code"]) == (404, "category_not_found")
    assert (await market.get("/api/v1/market/categories?limit=251")).status_code == 422
    assert (await market.get("/api/v1/market/trending?limit=5")).status_code == 422


async def test_before_the_first_refresh_there_is_no_data_and_no_empty_success(place: Place) -> None:
    served = Served(build, place)

    for path in ("trending", "categories", "categories/coins"):
        answer = await served.get(f"/api/v1/market/{path}")
        assert (answer.status_code, answer.json()["code"]) == (503, "no_data")
    await served.close()
