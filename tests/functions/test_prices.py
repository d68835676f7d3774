"""The prices function: every endpoint over a real database."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import TypeAdapter

from functions.prices.main import build
from shared.domain.market.currency import TOKEN_OF
from shared.domain.market.models import MarketOverview, NamedQuote, PriceAt, Quote, TokenQuote
from shared.domain.market.models import Point as HistoryPoint
from shared.http.envelope import Envelope
from tests.clocks import NOON
from tests.databases import Place, Server, copied_for, filled_by
from tests.snapshots import BITCOIN, DUST, ETHEREUM, MARKET, RIPPLE, snapshot

from .quoting import Served, store

BY_CAP = ["bitcoin", "ripple", "ethereum", "dust-2", "dust"]


@pytest.fixture(scope="module")
def filled(server: Server) -> Iterator[Place]:
    with filled_by(server, fill) as made:
        yield made


@pytest.fixture
def place(request: pytest.FixtureRequest, server: Server) -> Iterator[Place]:
    with copied_for("loaded", request, server) as made:
        yield made


async def fill(place: Place) -> None:
    await store(place, snapshot())


@pytest.fixture
async def prices(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place)
    yield served
    await served.close()


@pytest.fixture
async def loaded(prices: Served) -> Served:
    """The function over what is stored."""
    return prices


async def test_live_lists_quotes_by_market_cap_unknown_caps_last(loaded: Served) -> None:
    answer = await loaded.get("/api/v1/prices/live")

    body = Envelope[list[Quote]].model_validate_json(answer.content)
    assert [quote.id for quote in body.data] == BY_CAP
    assert [quote.rank for quote in body.data] == [1, 2, 3, 4, 5]
    assert (body.meta.total, body.meta.source, body.meta.stale) == (5, "live", False)
    assert body.meta.as_of == NOON - timedelta(seconds=10)
    assert answer.headers["cache-control"].startswith("public, max-age=60")


async def test_every_digit_survives(loaded: Served) -> None:
    body = await loaded.fresh("/api/v1/prices/live")

    prices = {quote["id"]: quote["price"] for quote in body["data"]}
    assert prices["bitcoin"] == Decimal("3578.2828968419490075")
    assert prices["dust"] == Decimal("0.00000000000000000123")
    assert str(prices["ethereum"]) == "131.40"


async def test_models_know_every_field_of_the_answers(loaded: Served) -> None:
    live = await loaded.fresh("/api/v1/prices/live")
    token = await loaded.fresh("/api/v1/prices/bitcoin")
    named = await loaded.fresh("/api/v1/prices/quotes?symbols=btc,dst,none")
    overview = await loaded.fresh("/api/v1/prices/market-overview")
    at = await loaded.fresh("/api/v1/prices/bitcoin/at?time=2026-03-01T12:00:00Z")

    assert {frozenset(quote) for quote in live["data"]} == {frozenset(Quote.model_fields)}
    assert set(token["data"]) == set(TokenQuote.model_fields)
    assert {frozenset(entry) for entry in named["data"]} == {frozenset(NamedQuote.model_fields)}
    assert set(overview["data"]) == set(MarketOverview.model_fields)
    assert set(at["data"]) == set(PriceAt.model_fields)


async def test_pages_of_a_snapshot_hold_through_a_refresh(place: Place, loaded: Served) -> None:
    first = await loaded.fresh("/api/v1/prices/live?limit=2")
    risen = (*BITCOIN[:4], "1"), RIPPLE, ETHEREUM, DUST
    await store(place, snapshot(risen, at=NOON + timedelta(minutes=1)))

    second = await loaded.fresh("/api/v1/prices/live" + first["meta"]["next"])
    unpaged = await loaded.fresh("/api/v1/prices/live")

    assert [quote["id"] for quote in first["data"] + second["data"]] == ["bitcoin", "ripple", "ethereum", "dust-2"]
    assert [quote["rank"] for quote in second["data"]] == [3, 4]
    assert second["meta"]["snapshot"] == first["meta"]["snapshot"] != unpaged["meta"]["snapshot"]
    assert [quote["id"] for quote in unpaged["data"]][:3] == ["ripple", "ethereum", "dust-2"]


async def test_link_leads_through_all_pages(loaded: Served) -> None:
    seen, path = [], "/api/v1/prices/live?limit=2"
    while path:
        answer = await loaded.get(path)
        seen += [quote["id"] for quote in answer.json()["data"]]
        following = answer.json()["meta"].get("next")
        assert ("link" in answer.headers) == (following is not None)
        path = f"/api/v1/prices/live{following}" if following else ""

    assert seen == BY_CAP


async def test_next_page_keeps_the_currency(loaded: Served) -> None:
    body = await loaded.fresh("/api/v1/prices/live?limit=2&vs_currency=eth")

    assert body["meta"]["next"].endswith("&vs_currency=eth")


async def test_offset_beyond_the_end_is_an_empty_page(loaded: Served) -> None:
    for more in ("", "&snapshot=" + (await loaded.fresh("/api/v1/prices/live"))["meta"]["snapshot"]):
        body = await loaded.fresh(f"/api/v1/prices/live?offset=100{more}")

        assert (body["data"], body["meta"]["total"], body["meta"]["as_of"]) == ([], 5, None)


@pytest.mark.parametrize("name", ["64be1c1b4a000", "nonsense", "-1", "f" * 32, "0", "%00"])
async def test_unknown_snapshot_is_not_found(loaded: Served, name: str) -> None:
    answer = await loaded.get(f"/api/v1/prices/live?snapshot={name}")

    assert (answer.status_code, answer.json()["code"]) == (404, "snapshot_not_found")


async def test_snapshot_goes_after_an_hour(place: Place, loaded: Served) -> None:
    name = (await loaded.fresh("/api/v1/prices/live"))["meta"]["snapshot"]
    await store(place, snapshot(at=NOON + timedelta(minutes=61)))

    answer = await loaded.get(f"/api/v1/prices/live?snapshot={name}", **{"cache-control": "no-cache"})

    assert answer.status_code == 404


async def test_other_currency_divides_by_its_own_price(loaded: Served) -> None:
    body = await loaded.fresh("/api/v1/prices/live?vs_currency=btc")

    quotes = {quote["id"]: quote for quote in body["data"]}
    assert quotes["bitcoin"]["price"] == 1
    assert quotes["ethereum"]["price"] == pytest.approx(Decimal("131.40") / Decimal("3578.2828968419490075"))
    assert quotes["ethereum"]["change_24h"] == 0
    assert quotes["ethereum"]["ath"] is None


@pytest.mark.parametrize(("currency", "token_id"), TOKEN_OF.items())
async def test_every_currency_is_worth_one_of_its_own(
    place: Place, prices: Served, currency: str, token_id: str
) -> None:
    worth = (token_id, currency.upper(), token_id, "250", "1000000")
    await store(place, snapshot([worth, ("coin", "COIN", "Coin", "1000", "5000000")]))

    body = await prices.fresh(f"/api/v1/prices/live?vs_currency={currency}")

    assert {quote["id"]: quote["price"] for quote in body["data"]} == {token_id: 1, "coin": 4}


async def test_currency_without_a_price_makes_no_numbers(place: Place, prices: Served) -> None:
    await store(place, snapshot([BITCOIN, DUST]))

    body = await prices.fresh("/api/v1/prices/live?vs_currency=eth")

    assert [(quote["id"], quote["price"], quote["market_cap"]) for quote in body["data"]] == [
        ("bitcoin", None, None),
        ("dust", None, None),
    ]


async def test_overview_adds_up(loaded: Served) -> None:
    body = await loaded.fresh("/api/v1/prices/market-overview")

    overview = MarketOverview.model_validate(body["data"])
    total = sum(Decimal(row[4]) for row in MARKET if row[4])
    assert body["data"]["market_cap"] == total
    assert body["data"]["btc_dominance_pct"] == round(Decimal(BITCOIN[4] or 0) * 100 / total, 6)
    assert (overview.active_tokens, overview.gainers_24h, overview.losers_24h) == (5, 5, 0)
    assert overview.market_cap_change_24h_pct is None


async def test_overview_tells_the_change_once_a_day_is_stored(place: Place, loaded: Served) -> None:
    doubled = tuple((*row[:4], str(Decimal(row[4]) * 2) if row[4] else None) for row in MARKET)
    await store(place, snapshot(doubled, at=NOON + timedelta(hours=24, minutes=10)))
    loaded.clock.advance(timedelta(hours=24, minutes=10))

    body = await loaded.fresh("/api/v1/prices/market-overview")

    assert body["data"]["market_cap_change_24h_pct"] == 100


async def test_quotes_by_symbol_never_pick_among_several(loaded: Served) -> None:
    body = await loaded.fresh("/api/v1/prices/quotes?symbols=DST,btc,nope,Btc")

    entries = [NamedQuote.model_validate(entry) for entry in body["data"]]
    assert [(entry.input, entry.status) for entry in entries] == [
        ("DST", "ambiguous"),
        ("btc", "ok"),
        ("nope", "unknown"),
        ("Btc", "ok"),
    ]
    assert [quote.id for quote in entries[0].candidates or []] == ["dust-2", "dust"]
    assert (entries[0].quote, entries[0].ambiguous) == (None, True)
    assert body["meta"]["total"] == 4


async def test_quotes_by_id_know_the_tokens_of_both_symbols(loaded: Served) -> None:
    body = await loaded.fresh("/api/v1/prices/quotes?ids=dust,dust-2,DUST")

    assert [entry["status"] for entry in body["data"]] == ["ok", "ok", "unknown"]
    assert [entry["quote"] and entry["quote"]["id"] for entry in body["data"]] == ["dust", "dust-2", None]


async def test_token_is_told_with_every_source(loaded: Served) -> None:
    loaded.clock.advance(5)

    body = await loaded.fresh("/api/v1/prices/bitcoin")

    token = TokenQuote.model_validate(body["data"])
    assert {source.provider: source.age_s for source in token.source_prices} == {"coingecko": 15, "coinpaprika": 15}
    assert body["data"]["source_prices"][0]["price"] == Decimal("3578.2828968419490075")
    assert [source.provider for source in token.source_prices if source.verdict == "used"] == token.sources
    assert body["meta"]["sources"] == token.sources


@pytest.mark.parametrize(
    "name",
    ["xyz", "x' OR '1'='1", "x%27%3B%20DROP%20TABLE%20quotes%3B--", "%00", "%F0%9F%92%8E", "a%5C", "%25", "x" * 200],
)
@pytest.mark.parametrize("rest", ["", "/history", "/history?format=csv", "/at?time=1772366400"])
async def test_unknown_token_is_not_found_whatever_its_name(loaded: Served, name: str, rest: str) -> None:
    answer = await loaded.get(f"/api/v1/prices/{name}{rest}")

    assert (answer.status_code, answer.json()["code"]) == (404, "token_not_found")
    assert (await loaded.fresh("/api/v1/prices/live"))["meta"]["total"] == 5


async def test_names_that_try_to_be_sql_are_unknown(loaded: Served) -> None:
    body = await loaded.fresh("/api/v1/prices/quotes?ids=';DROP TABLE tokens--,\"},{\\,bitcoin,%00,{a%3Bb}")

    assert [entry["status"] for entry in body["data"]] == ["unknown"] * 3 + ["ok"] + ["unknown"] * 2
    assert body["data"][0]["input"] == "';DROP TABLE tokens--"


async def test_old_facts_are_told_to_be_stale(loaded: Served) -> None:
    fresh = await loaded.fresh("/api/v1/prices/live")
    loaded.clock.advance(timedelta(seconds=171))
    stale = [
        await loaded.fresh(f"/api/v1/prices/{path}")
        for path in ("live", "bitcoin", "market-overview", "quotes?ids=dust")
    ]

    assert fresh["meta"]["stale"] is False
    assert [body["meta"]["stale"] for body in stale] == [True] * 4


async def test_each_quote_tells_whether_it_is_stale(place: Place, prices: Served) -> None:
    await store(place, snapshot(), snapshot([BITCOIN], at=NOON + timedelta(minutes=3)))
    prices.clock.advance(timedelta(minutes=3))

    live = await prices.fresh("/api/v1/prices/live")
    named = await prices.fresh("/api/v1/prices/quotes?ids=ethereum,bitcoin&vs_currency=btc")
    in_old_currency = await prices.fresh("/api/v1/prices/bitcoin?vs_currency=eth")

    assert {quote["id"]: quote["stale"] for quote in live["data"]} == {name: name != "bitcoin" for name in BY_CAP}
    assert [entry["quote"]["stale"] for entry in named["data"]] == [True, False]
    assert [body["meta"]["stale"] for body in (live, named, in_old_currency)] == [True] * 3
    assert in_old_currency["data"]["stale"] is True
    assert (await prices.fresh("/api/v1/prices/bitcoin"))["data"]["stale"] is False


async def test_other_currencies_have_the_same_fields(loaded: Served) -> None:
    for path in ("live", "bitcoin", "quotes?ids=dust"):
        parts = [
            await loaded.fresh(f"/api/v1/prices/{path}{'&' if '?' in path else '?'}vs_currency={currency}")
            for currency in ("usd", "eth")
        ]
        usd, eth = (body["data"] if isinstance(body["data"], dict) else body["data"][0] for body in parts)
        usd, eth = (quote.get("quote", quote) for quote in (usd, eth))

        assert set(usd) == set(eth)
        assert {usd[name] == eth[name] for name in ("id", "name", "image", "as_of", "rank", "sources")} == {True}


@pytest.mark.parametrize("name", ['Bücher "\\" Coin', "比特币 ₿", "Rocket 🚀\u2028\n", "plain"])
async def test_names_survive_whatever_their_letters(place: Place, prices: Served, name: str) -> None:
    await store(place, snapshot([(*BITCOIN[:2], name, *BITCOIN[3:])]))

    answer = await prices.get("/api/v1/prices/live")

    assert answer.json()["data"][0]["name"] == name
    assert answer.text.isascii()


async def test_token_without_a_quote_has_all_fields_and_no_numbers(place: Place, loaded: Served) -> None:
    place.run("DELETE FROM quotes WHERE token_id = 'dust'")

    body = await loaded.fresh("/api/v1/prices/dust")

    token = TokenQuote.model_validate(body["data"])
    assert set(body["data"]) == set(TokenQuote.model_fields)
    assert (token.price, token.as_of, token.sources, token.stale) == (None, None, [], False)


async def test_never_loaded_is_unavailable_and_not_empty(prices: Served) -> None:
    paths = [
        "live",
        "market-overview",
        "quotes?ids=bitcoin",
        "bitcoin",
        "bitcoin/history",
        "bitcoin/at?time=1772366400",
    ]
    answers = [
        await prices.get(f"/api/v1/prices/{path}") for path in [*paths, "live?snapshot=1", "bitcoin/history?format=csv"]
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(503, "no_data")}
    assert answers[0].json()["detail"] == "No market data yet"
    assert "retry-after" in answers[0].headers


async def test_kind_of_the_data_is_told(place: Place, prices: Served) -> None:
    await store(place, snapshot(data_source="sandbox"))

    bodies = [
        await prices.fresh(f"/api/v1/prices/{path}")
        for path in (
            "live",
            "bitcoin",
            "market-overview",
            "live?offset=9",
            "bitcoin/history",
            "bitcoin/at?time=1772366400",
        )
    ]

    assert {body["meta"]["source"] for body in bodies} == {"sandbox"}


@pytest.mark.parametrize(
    "query",
    [
        "live?limit=0",
        "live?limit=251",
        "live?limit=x",
        "live?offset=-1",
        "live?vs_currency=eur",
        "live?limits=5",
        "live?limit=5&limit=6",
        "market-overview?limit=5",
        "quotes",
        "quotes?ids=a&symbols=b",
        "quotes?ids=",
        "quotes?symbols=a,,b",
        "quotes?ids=" + ",".join(["a"] * 251),
        "bitcoin?vs=btc",
        "bitcoin/history?interval=2h",
        "bitcoin/history?format=xml",
        "bitcoin/history?from=2026-03-02&to=2026-03-01",
        "bitcoin/history?from=2026-03-01&to=2026-03-01",
        "bitcoin/history?from=tomorrow",
        "bitcoin/history?from=2026-03-02",
        "bitcoin/history?cursor=!",
        "bitcoin/history?cursor=AAAAAAAAAAA",
        "bitcoin/history?cursor=AAAAAAAAAAA&format=csv",
        "bitcoin/at",
        "bitcoin/at?time=",
        "bitcoin/at?time=2026-03-01T12:00:01Z",
        "bitcoin/at?time=1999-01-01",
    ],
)
async def test_bad_parameters_are_refused_and_not_kept(loaded: Served, query: str) -> None:
    answers = [await loaded.get(f"/api/v1/prices/{query}") for _ in range(2)]

    for answer in answers:
        assert answer.status_code == 422, answer.text
        assert {"type", "loc", "msg"} <= set(answer.json()["detail"][0])
        assert answer.headers["cache-control"] == "no-store"


async def test_refused_number_of_names_tells_the_limit(loaded: Served) -> None:
    answer = await loaded.get("/api/v1/prices/quotes?ids=" + ",".join(["a"] * 251))

    assert "250" in answer.json()["detail"][0]["msg"]


async def test_wrong_method_and_unknown_path(loaded: Served) -> None:
    wrong = await loaded.client.post("/api/v1/prices/live")
    unknown = await loaded.get("/api/v1/prices/bitcoin/elsewhere")

    assert (wrong.status_code, unknown.status_code) == (405, 404)
    assert "GET" in wrong.headers["allow"]


async def test_database_away_serves_what_is_held_and_says_so(place: Place, loaded: Served) -> None:
    held = await loaded.get("/api/v1/prices/live")
    place.close()
    loaded.clock.advance(90)

    stale = await loaded.get("/api/v1/prices/live")
    nothing = await loaded.get("/api/v1/prices/ethereum")

    assert held.json()["meta"]["stale"] is False
    assert (stale.status_code, stale.headers["x-cache"], stale.json()["meta"]["stale"]) == (200, "stale", True)
    assert (nothing.status_code, nothing.json()["code"]) == (503, "database_unavailable")


def test_points_are_documented_as_they_are() -> None:
    schema = TypeAdapter(HistoryPoint).json_schema()

    assert len(schema["prefixItems"]) == 4
