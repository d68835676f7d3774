"""The news function over a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.news.main import build
from functions.news.routes import NewsAnswer
from shared.db.engine import Database
from shared.domain.news.addresses import canonical
from shared.domain.news.articles import merged
from shared.domain.news.catalogue import TokenCatalogue
from shared.domain.news.models import NewsArticle
from shared.domain.news.recognition import Recogniser
from shared.domain.news.writing import NewsWriter
from shared.http.envelope import Envelope
from shared.records.news import NewsRecord, TokenTag
from tests.clocks import NOON
from tests.databases import Place
from tests.snapshots import BITCOIN, ETHEREUM, snapshot

from .quoting import Served, store

TWINS = (("ape-one", "APX", "Apex One", "2", "5000"), ("ape-two", "APX", "Apex Two", "3", "4000"))


@pytest.fixture
async def news(place: Place) -> AsyncIterator[Served]:
    served = Served(build, place)
    yield served
    await served.close()


def said(number: int, title: str, **more: Any) -> NewsRecord:
    at = NOON - timedelta(minutes=number)
    values: dict[str, Any] = {
        "provider": "rss_coindesk",
        "publisher": "coindesk.com",
        "title": title,
        "url": f"https://www.coindesk.com/{number}",
        "summary": None,
        "published_at": at,
        "dated": True,
        "fetched_at": NOON,
    }
    return NewsRecord(**values | more)


SAID = (
    said(1, "Bitcoin soars to a record high as traders rejoice"),
    said(
        1,
        "Bitcoin soars to a record high as traders rejoice!",
        provider="rss_decrypt",
        publisher="decrypt.co",
        url="https://decrypt.co/1?utm_source=x",
    ),
    said(2, "Hackers steal millions from Ethereum bridge"),
    said(3, "比特币BTC突破新高", provider="rss_decrypt", publisher="decrypt.co", url="https://decrypt.co/3"),
    said(4, "A quiet day for the industry"),
    said(5, "Both projects called Apex are in talks", tags=(TokenTag("APX", "Apex One"), TokenTag("APX", "Apex Two"))),
)


async def tell(place: Place, *records: NewsRecord, at: datetime = NOON, tokens: bool = True) -> int | None:
    if tokens:
        await store(place, snapshot([BITCOIN, ETHEREUM, *TWINS]))
    database = Database(place.writer, read_only=False)
    writer = NewsWriter(database)
    recogniser = Recogniser(TokenCatalogue(await writer.catalogue()))
    known = await writer.recall({canonical(each.url) for each in records}, since=at - timedelta(days=5))
    result = merged(records, known.news, recogniser)
    sources = sorted({each.provider for each in records})
    rows = await writer.store(result, at=at, sources=sources, data_source="live", seen=known.refreshed_us)
    await database.close()
    return rows


async def titles(news: Served, query: str) -> list[str]:
    return [each["title"] for each in (await news.fresh(f"/api/v1/news{query}"))["data"]]


@pytest.mark.parametrize("path", ["/api/v1/news", "/api/news"])
async def test_news_come_newest_first_each_story_once(place: Place, news: Served, path: str) -> None:
    await tell(place, *SAID)

    answer = await news.get(path)
    body = Envelope[list[NewsArticle]].model_validate_json(answer.content)

    assert [each.published_at for each in body.data] == [NOON - timedelta(minutes=n) for n in range(1, 6)]
    assert {frozenset(each) for each in answer.json()["data"]} == {frozenset(NewsArticle.model_fields)}
    assert body.meta.total == 5
    assert (body.meta.source, body.meta.sources, body.meta.stale) == ("live", ["rss_coindesk", "rss_decrypt"], False)
    assert body.meta.as_of == NOON
    assert answer.headers["cache-control"].startswith("public, max-age=300")


async def test_a_story_names_everybody_who_carried_it(place: Place, news: Served) -> None:
    await tell(place, *SAID)

    first = (await news.get("/api/v1/news?limit=1")).json()["data"][0]

    assert first["source"] == "coindesk.com"
    assert [(each["publisher"], each["provider"], each["url"]) for each in first["sources"]] == [
        ("coindesk.com", "rss_coindesk", "https://www.coindesk.com/1"),
        ("decrypt.co", "rss_decrypt", "https://decrypt.co/1"),
    ]
    assert first["tokens"] == [{"id": "bitcoin", "symbol": "BTC", "name": "Bitcoin", "evidence": "name"}]
    assert (first["sentiment"], first["sentiment_method"]) == (1, "word-weights-1")
    assert 0 < first["sentiment_score"] <= 1


async def test_news_are_filtered_by_token_source_sentiment_and_time(place: Place, news: Served) -> None:
    await tell(place, *SAID)

    bitcoin = ["Bitcoin soars to a record high as traders rejoice", "比特币BTC突破新高"]
    assert await titles(news, "?token=bitcoin") == await titles(news, "?token=btc") == bitcoin
    assert await titles(news, "?token=bitcoin&sentiment=1") == bitcoin[:1]
    assert await titles(news, "?sentiment=-1") == ["Hackers steal millions from Ethereum bridge"]
    assert await titles(news, "?source=decrypt.co") == await titles(news, "?source=rss_decrypt") == bitcoin
    assert await titles(news, "?source=www.Decrypt.co&token=ethereum") == []
    assert await titles(news, "?source=nobody.example") == []
    assert await titles(news, "?from=2026-03-01T11:57:00Z&to=2026-03-01T11:58:00Z") == bitcoin[1:]


async def test_a_symbol_that_several_share_is_never_picked_from_silently(place: Place, news: Served) -> None:
    await tell(place, *SAID)

    body = await news.fresh("/api/v1/news?token=APX")
    assert (body["meta"]["ambiguous"], body["meta"]["symbol"], body["meta"]["total"]) == (True, "APX", 0)
    assert [each["id"] for each in body["meta"]["candidates"]] == ["ape-one", "ape-two"]
    assert body["data"] == []
    NewsAnswer.model_validate(body)

    body = await news.fresh("/api/v1/news?token=BTC")
    assert (body["meta"]["ambiguous"], body["meta"]["id"]) == (False, "bitcoin")


async def test_an_unknown_token_is_not_found(place: Place, news: Served) -> None:
    await tell(place, *SAID)

    answer = await news.get("/api/v1/news?token=nothing")

    assert (answer.status_code, answer.json()["code"]) == (404, "token_not_found")


async def test_pages_follow_each_other_while_news_come_in(place: Place, news: Served) -> None:
    await tell(place, *SAID)

    first = await news.fresh("/api/v1/news?limit=2&from=2026-02-28")
    await tell(
        place, said(0, "Something new has happened in the meantime"), at=NOON + timedelta(minutes=5), tokens=False
    )
    second = await news.get("/api/v1/news" + first["meta"]["next"])
    third = await news.get("/api/v1/news" + second.json()["meta"]["next"])

    seen = [each["title"] for page in (first, second.json(), third.json()) for each in page["data"]]
    assert seen == [SAID[place_].title for place_ in (0, 2, 3, 4, 5)]
    assert "next" not in third.json()["meta"]
    assert second.headers["link"].endswith('rel="next"')
    assert (first["meta"]["total"], second.json()["meta"]["total"]) == (5, 6)


async def test_a_corrected_title_is_a_new_revision_and_the_past_keeps_the_old_one(place: Place, news: Served) -> None:
    await tell(place, said(7, "Exchange loses millions in hack"))
    later = NOON + timedelta(minutes=10)
    await tell(place, said(7, "Exchange recovers millions after hack"), at=later, tokens=False)
    news.clock.advance(timedelta(minutes=20))

    now = (await news.fresh("/api/v1/news"))["data"]
    then = (await news.fresh("/api/v1/news?as_of=2026-03-01T12:05:00Z"))["data"]
    before = (await news.fresh("/api/v1/news?as_of=2026-03-01T11:59:00Z"))["data"]

    assert [each["title"] for each in now] == ["Exchange recovers millions after hack"]
    assert [each["title"] for each in then] == ["Exchange loses millions in hack"]
    assert now[0]["id"] == then[0]["id"]
    assert (then[0]["known_at"], now[0]["known_at"]) == ("2026-03-01T12:00:00.000Z", "2026-03-01T12:10:00.000Z")
    assert then[0]["sentiment"] == -1
    assert before == []


async def test_news_are_stale_after_three_promises(place: Place, news: Served) -> None:
    await tell(place, *SAID)

    news.clock.advance(900)
    assert (await news.fresh("/api/v1/news"))["meta"]["stale"] is False
    news.clock.advance(1)
    assert (await news.fresh("/api/v1/news"))["meta"]["stale"] is True


async def test_a_run_that_was_overtaken_writes_nothing(place: Place) -> None:
    await tell(place, *SAID)
    database = Database(place.writer, read_only=False)
    writer = NewsWriter(database)
    known = await writer.recall([], since=NOON)
    await tell(place, said(9, "Another run came first"), at=NOON + timedelta(minutes=1), tokens=False)
    result = merged([said(8, "Too late")], known.news, Recogniser(TokenCatalogue([])))

    late = await writer.store(
        result, at=NOON + timedelta(minutes=2), sources=[], data_source="live", seen=known.refreshed_us
    )
    await database.close()

    assert late is None
    assert place.run("SELECT count(*) FROM news_revisions WHERE title = 'Too late'") == [[0]]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "sentiment=2",
        "sentiment=good",
        "cursor=nonsense",
        "cursor=AAAA",
        "cursor=%C3%A4",
        "token=",
        "from=tomorrow",
        "from=2026-03-02&to=2026-03-01",
        "as_of=2026-03-01T12:00:01Z",
        "symbol=BTC",
        "token=a&token=b",
    ],
)
async def test_bad_parameters_are_refused(place: Place, news: Served, query: str) -> None:
    answer = await news.get(f"/api/v1/news?{query}")

    assert answer.status_code == 422, answer.text


async def test_strange_tokens_and_sources_break_nothing(place: Place, news: Served) -> None:
    await tell(place, *SAID)

    for value in ("%00", "%27;--", "null", "%7B%7D", "%22%2C", "x" * 200):
        assert (await news.get(f"/api/v1/news?token={value}")).status_code == 404
        answer = await news.get(f"/api/v1/news?source={value}")
        assert (answer.status_code, answer.json()["data"]) == (200, [])


async def test_never_loaded_is_unavailable(news: Served) -> None:
    answer = await news.get("/api/v1/news")

    assert (answer.status_code, answer.json()["code"]) == (503, "no_data")


async def test_refreshed_but_empty_is_an_empty_list(place: Place, news: Served) -> None:
    await tell(place)

    body = await news.fresh("/api/v1/news")

    assert (body["data"], body["meta"]["total"]) == ([], 0)


async def test_times_are_utc(place: Place, news: Served) -> None:
    await tell(place, *SAID)

    first = (await news.get("/api/v1/news")).json()["data"][0]

    assert datetime.fromisoformat(first["published_at"]).tzinfo == UTC
    assert first["sources"][0]["published_at"] == "2026-03-01T11:59:00Z"
