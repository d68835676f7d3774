"""The sentiment function over a real database: now, then, and of one token."""

import csv
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions.sentiment.main import build
from shared.domain.sentiment.models import IndexPoint, IndexValue, TokenSentiment
from shared.http.envelope import Envelope
from shared.records.sentiment import NewsMood
from tests.clocks import NOON
from tests.databases import Place
from tests.sentiments import own, quoted, store
from tests.snapshots import snapshot

from .quoting import Served
from .quoting import store as store_quotes

TODAY = NOON.replace(hour=0)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
async def sentiment(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place)
    yield served
    await served.close()


def in_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


@pytest.mark.parametrize("path", ["/api/v1/sentiment", "/api/sentiment"])
async def test_both_indices_are_told_and_the_quoted_one_comes_first(place: Place, sentiment: Served, path: str) -> None:
    await store(place, [quoted(20, TODAY - DAY), quoted(22, TODAY), own({"momentum": 61.0, "volatility": 40.0}, NOON)])

    body = Envelope[list[IndexValue]].model_validate_json((await sentiment.get(path)).content)

    first, second = body.data
    assert (first.index, first.primary, first.value, first.mood) == ("alternative_me", True, 22, "extreme_fear")
    assert (first.at, first.age_s, first.components, first.missing) == (TODAY, 12 * 3600, None, None)
    assert (second.index, second.primary, second.value, second.mood) == ("cryptoprism", False, 50.5, "neutral")
    assert {each.name: (each.value, each.weight, each.full_weight) for each in second.components or ()} == {
        "volatility": (40, 0.5, 0.25),
        "momentum": (61, 0.5, 0.25),
    }
    assert second.missing == ["volume", "dominance", "breadth", "news"]
    assert body.meta.sources == ["alternative_me", "cryptoprism"]
    assert (body.meta.as_of, body.meta.total, body.meta.stale) == (TODAY, 2, False)


async def test_fields_are_those_documented(place: Place, sentiment: Served) -> None:
    await store(place, [quoted(22, TODAY), own({"momentum": 61.0, "volatility": 40.0}, NOON)])

    body = await sentiment.fresh("/api/v1/sentiment")

    documented = {field.alias or name for name, field in IndexValue.model_fields.items()}
    assert {frozenset(each) for each in body["data"]} == {frozenset(documented)}


async def test_our_own_index_stands_in_when_the_quoted_one_is_old(place: Place, sentiment: Served) -> None:
    await store(place, [quoted(22, TODAY - DAY), own({"momentum": 61.0, "volatility": 40.0}, NOON)])
    at_noon = await sentiment.fresh("/api/v1/sentiment")
    sentiment.clock.advance(1)

    later = await sentiment.fresh("/api/v1/sentiment")

    assert [each["index"] for each in at_noon["data"] if each["primary"]] == ["cryptoprism"]
    assert [each["index"] for each in later["data"]] == ["cryptoprism", "alternative_me"]


async def test_alone_the_quoted_one_is_the_primary_however_old(place: Place, sentiment: Served) -> None:
    await store(place, [quoted(22, TODAY - 9 * DAY)])

    body = await sentiment.fresh("/api/v1/sentiment")

    assert [(each["index"], each["primary"]) for each in body["data"]] == [("alternative_me", True)]
    assert body["data"][0]["age_s"] == 9.5 * 86_400


async def test_three_promises_after_the_last_refresh_answers_are_stale(place: Place, sentiment: Served) -> None:
    await store(place, [quoted(22, TODAY)])
    paths = ("/api/v1/sentiment", "/api/v1/sentiment/history")
    sentiment.clock.advance(3 * HOUR)
    fresh = [(await sentiment.fresh(path))["meta"]["stale"] for path in paths]
    sentiment.clock.advance(1)

    stale = [(await sentiment.fresh(path))["meta"]["stale"] for path in paths]
    past = await sentiment.fresh("/api/v1/sentiment/history?from=2020-01-01&to=2020-02-01")

    assert (fresh, stale) == ([False, False], [True, True])
    assert past["meta"]["stale"] is False


async def test_history_is_told_as_it_was_known_then(place: Place, sentiment: Served) -> None:
    yesterday = TODAY - DAY
    await store(place, [quoted(20, yesterday, known=yesterday + HOUR), quoted(30, TODAY, known=TODAY + HOUR)])
    await store(place, [quoted(23, yesterday, known=TODAY + 3 * HOUR)])

    async def values(query: str) -> list[Any]:
        body = await sentiment.fresh(f"/api/v1/sentiment/history{query}")
        return [point[1] for point in body["data"]]

    assert await values("") == [23, 30]
    assert await values(f"?as_of={in_ms(TODAY + 2 * HOUR)}") == [20, 30]
    assert await values(f"?as_of={in_ms(yesterday + 2 * HOUR)}") == [20]
    assert await values(f"?as_of={in_ms(yesterday)}") == []
    assert place.run("SELECT count(*) FROM sentiment_values") == [[3]]


async def test_history_is_half_open_and_of_one_index(place: Place, sentiment: Served) -> None:
    await store(
        place, [quoted(10 + n, TODAY - n * DAY) for n in range(5)] + [own({"momentum": 1.0, "volatility": 1.0}, TODAY)]
    )

    body = await sentiment.fresh(f"/api/v1/sentiment/history?from={in_ms(TODAY - 3 * DAY)}&to={in_ms(TODAY)}")
    ours = await sentiment.fresh("/api/v1/sentiment/history?index=cryptoprism")

    assert body["data"] == [[in_ms(TODAY - n * DAY), 10 + n, "extreme_fear"] for n in (3, 2, 1)]
    assert (body["meta"]["total"], body["meta"]["index"], body["meta"]["sources"]) == (
        3,
        "alternative_me",
        ["alternative_me"],
    )
    assert ours["data"] == [[in_ms(TODAY), 1, "extreme_fear"]]


async def test_cursor_leads_through_all_pages_and_files_hold_everything(place: Place, sentiment: Served) -> None:
    first = datetime(2019, 1, 1, tzinfo=UTC)
    await store(place, [quoted(n % 101, first + n * DAY) for n in range(2_300)])

    pages, path = [], "?from=2019-01-01"
    while path:
        body = Envelope[list[IndexPoint]].model_validate_json(
            (await sentiment.get(f"/api/v1/sentiment/history{path}")).content
        )
        pages.append(body.data)
        assert body.meta.total == 2_300
        path = body.meta.next or ""
    table = await sentiment.get("/api/v1/sentiment/history?from=2019-01-01&format=csv")
    lines = await sentiment.get("/api/v1/sentiment/history?from=2019-01-01&format=ndjson")

    assert [len(page) for page in pages] == [1000, 1000, 300]
    assert [point[1] for page in pages for point in page] == [n % 101 for n in range(2_300)]
    rows = list(csv.reader(table.text.splitlines()))
    assert rows[:2] == [["time", "value", "class"], [str(in_ms(first)), "0", "extreme_fear"]]
    assert len(rows) == 2_301
    assert lines.text.splitlines()[0] == f'{{"time":{in_ms(first)},"value":0,"class":"extreme_fear"}}'
    assert len(lines.text.splitlines()) == 2_300


@pytest.mark.parametrize(
    "query",
    [
        "index=coinmarketcap",
        "from=5&to=4",
        "format=xml",
        "cursor=zzz",
        "cursor=AAAAAAAAAAA",
        "format=csv&cursor=AAY-nQ",
        "as_of=2199-01-01",
        "as_of=yesterday",
        "limit=3",
    ],
)
async def test_bad_parameters_are_refused(place: Place, sentiment: Served, query: str) -> None:
    await store(place, [quoted(22, TODAY)])

    answer = await sentiment.get(f"/api/v1/sentiment/history?{query}")

    assert answer.status_code == 422, answer.text


async def test_a_range_without_values_is_empty(place: Place, sentiment: Served) -> None:
    await store(place, [quoted(22, TODAY)])

    body = await sentiment.fresh("/api/v1/sentiment/history?from=2017-01-01&to=2017-02-01")

    assert (body["data"], body["meta"]["total"], body["meta"]["as_of"]) == ([], 0, None)


async def priced(place: Place, days: int = 91) -> None:
    facts: dict[str, Any] = {"change_7d_pct": Decimal("10.517"), "change_30d_pct": Decimal("22.14")}
    await store_quotes(place, snapshot(at=NOON, **facts))
    at = f"timestamptz '{TODAY.isoformat()}' - n * interval '1 day'"
    # Two days up, one down.
    price = "100 + n % 3"
    place.run(
        f"INSERT INTO price_points SELECT 86400, 'bitcoin', {at}, {at}, {price}, NULL, 5 FROM generate_series(0, {days - 1}) AS n"  # noqa: S608
        " ON CONFLICT (resolution_s, token_id, bucket) DO UPDATE SET price_usd = excluded.price_usd, volume_24h_usd = 5"
    )


async def test_a_token_is_measured_by_its_own_prices_and_news(place: Place, sentiment: Served) -> None:
    await priced(place)
    await store(place, [quoted(22, TODAY)], moods=[NewsMood(token_id="bitcoin", score=Decimal("0.5"), articles=8)])

    body = Envelope[TokenSentiment].model_validate_json((await sentiment.get("/api/v1/sentiment/bitcoin")).content)

    found = {each.name: each.value for each in body.data.components}
    assert found["momentum"] == pytest.approx(73.1, abs=0.1)
    assert found["news"] == 75
    assert found["volume"] == pytest.approx(100 / 3, abs=0.1)
    assert found["volatility"] is not None
    assert sum(each.weight for each in body.data.components) == pytest.approx(1, abs=0.001)
    assert body.data.value == pytest.approx(
        sum(each.weight * (each.value or 0) for each in body.data.components), abs=0.05
    )
    assert (body.data.coverage, body.data.news_articles) == (1, 8)
    assert body.meta.sources == ["coingecko"]


async def test_what_is_unknown_of_a_token_is_null(place: Place, sentiment: Served) -> None:
    await store_quotes(place, snapshot(at=NOON))
    await store(place, [quoted(22, TODAY)])

    body = await sentiment.fresh("/api/v1/sentiment/ripple")

    assert (body["data"]["value"], body["data"]["class"], body["data"]["coverage"]) == (None, None, None)
    assert {each["name"]: (each["value"], each["weight"]) for each in body["data"]["components"]} == dict.fromkeys(
        ("volatility", "momentum", "volume", "news"), (None, 0)
    )


async def test_old_prices_have_no_sentiment_of_now(place: Place, sentiment: Served) -> None:
    await priced(place)
    await store(place, [quoted(22, TODAY)])
    fresh = await sentiment.fresh("/api/v1/sentiment/bitcoin")
    sentiment.clock.advance(HOUR)

    old = await sentiment.fresh("/api/v1/sentiment/bitcoin")

    assert fresh["data"]["value"] is not None
    assert (old["data"]["value"], old["data"]["priced_at"]) == (None, "2026-03-01T11:59:50.000Z")


async def test_an_unknown_token_is_not_found(place: Place, sentiment: Served) -> None:
    await store(place, [quoted(22, TODAY)])

    answer = await sentiment.get("/api/v1/sentiment/nonsense")

    assert (answer.status_code, answer.json()["code"]) == (404, "token_not_found")


async def test_never_loaded_is_unavailable(sentiment: Served) -> None:
    paths = ("/api/v1/sentiment", "/api/sentiment", "/api/v1/sentiment/history", "/api/v1/sentiment/bitcoin")

    answers = [await sentiment.get(path) for path in paths]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(503, "no_data")}


async def test_answers_are_fresh_for_an_hour(place: Place, sentiment: Served) -> None:
    await store(place, [quoted(22, TODAY)])

    answer = await sentiment.get("/api/v1/sentiment")

    assert answer.headers["cache-control"].startswith("public, max-age=3600,")
