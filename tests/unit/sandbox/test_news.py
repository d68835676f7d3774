"""News of the seeded market: deterministic, of its tone, with what is wrong with real news, in the real formats."""

import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.desk import Desk
from sandbox.market import Market
from sandbox.snapshot import DAY, HOUR
from sandbox.stands import STANDS
from sandbox.stands.headlines import NEWSWORTHY, PUBLISHERS, stories
from sandbox.stands.news_feeds import BOMB
from sandbox.wire import Answer, Asked
from shared.domain.news.sentiment import sentiment_of
from shared.providers.adapters.rss_news import Feed
from shared.providers.contract import Page, Payload
from shared.providers.feeds import DEFAULT_FEEDS, feeds_of
from shared.records.news import NewsRecord, NewsRequest
from tests.unit.sandbox.calls import NOON, Caller
from tests.unit.sandbox.recorded import RECORDED, needs_recorded

TOKEN, KEY = "auth_token=sandbox-primary", {"x-api-key": "sandbox-primary"}


def panic(desk: Desk, query: str = TOKEN) -> Any:
    return json.loads(desk.answer(Asked("cryptopanic", "/api/v1/posts/", query)).body)


def newsapi(desk: Desk, query: str = "q=bitcoin") -> Any:
    return json.loads(desk.answer(Asked("newsapi", "/v2/everything", query, KEY)).body)


def feed(desk: Desk, name: str) -> Answer:
    return desk.answer(Asked("news_feeds", f"/{name}/rss"))


def test_the_same_seed_and_time_give_the_same_news_in_whatever_order() -> None:
    one, other = Market(7, 60), Market(7, 60)
    stories(other, int(NOON.timestamp()) + 5 * HOUR)

    assert stories(one, int(NOON.timestamp())) == stories(other, int(NOON.timestamp()))
    assert stories(one, int(NOON.timestamp())) != stories(Market(8, 60), int(NOON.timestamp()))


def test_news_once_told_stay_told(market: Market) -> None:
    seconds = int(NOON.timestamp())
    before = {story.number: story for story in stories(market, seconds)}
    after = {story.number: story for story in stories(market, seconds + 1800)}

    assert all(after[number] == story for number, story in before.items() if number in after)
    assert max(story.at for story in after.values()) <= seconds + 1800


def test_headlines_of_tokens_say_what_their_prices_did(market: Market) -> None:
    seconds = int(NOON.timestamp()) // HOUR * HOUR
    checked = 0
    for story in stories(market, seconds, hours=12):
        hour = story.at // HOUR * HOUR
        for token in story.tokens:
            place = market.index[token.id]
            change = (market.prices_at(hour)[place] / market.prices_at(hour - DAY)[place] - 1.0) * 100.0
            assert place < NEWSWORTHY
            told = re.search(r"(\d+\.\d)%", story.title)
            if told:
                assert float(told[1]) == pytest.approx(abs(change), abs=0.06)
                checked += 1
            if re.search(r"soars|rallies|surges", story.title):
                assert change > 0
            if re.search(r"plunges|crashes|tumbles", story.title):
                assert change < 0
    assert checked > 10


def test_phases_set_the_tone(market: Market) -> None:
    tones: dict[str, list[int]] = {}
    for phase in market.phases(datetime(2018, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)):
        if len(tones.get(phase.kind, [])) > 100:
            continue
        middle = int((phase.start + (phase.end - phase.start) / 2).timestamp())
        judged = [sentiment_of(story.title) for story in stories(market, middle, hours=12)]
        tones.setdefault(phase.kind, []).extend(each.flag for each in judged if each is not None)

    mean = {kind: sum(flags) / len(flags) for kind, flags in tones.items()}
    assert mean["bull"] > mean["neutral"] > mean["bear"]
    assert mean["bear"] < mean["bull"] - 0.3


def test_there_are_duplicates_traps_other_scripts_and_missing_dates(market: Market) -> None:
    told = stories(market, int(NOON.timestamp()), hours=100)
    titles = " ".join(story.title for story in told)

    assert {story.publisher for story in told} == set(PUBLISHERS) == set(DEFAULT_FEEDS)
    assert sum(story.syndicated_by is not None for story in told) > 50
    assert sum(story.retold_by is not None for story in told) > 50
    assert sum(not story.dated for story in told) > 5
    assert "gas price" in titles
    assert "Цена" in titles
    assert "价格" in titles


@pytest.mark.parametrize("name", PUBLISHERS)
def test_feeds_are_read_by_the_adapter(desk: Desk, name: str) -> None:
    (descriptor,) = (each for each, _ in feeds_of({}) if each.id == f"rss_{name}")
    answer = feed(desk, name)

    items = Feed(f"https://www.{name}.example/rss", descriptor).normalise(
        Payload((Page(None, None, answer.body),)), NewsRequest(), fetched_at=NOON
    )

    assert len(items) > 5
    assert all(isinstance(each, NewsRecord) and ".example/" in each.url for each in items)
    assert answer.content_type.startswith("application/rss+xml")
    assert feed(desk, name).body == answer.body


def test_an_unknown_feed_is_a_page_with_404(desk: Desk) -> None:
    answer = feed(desk, "nobody")

    assert answer.status == 404
    assert answer.body.startswith(b"<!doctype html>")


def test_cryptopanic_has_pages_of_twenty_and_the_token_in_next(desk: Desk) -> None:
    first, second = panic(desk), panic(desk, f"{TOKEN}&page=2")

    assert (first["count"], len(first["results"]), first["previous"]) == (200, 20, None)
    assert "sandbox-primary" in first["next"]
    assert "page=2" in first["next"]
    assert not {each["id"] for each in first["results"]} & {each["id"] for each in second["results"]}
    named = Counter("currencies" in each for each in first["results"] + second["results"])
    assert named[True] > 5
    assert named[False] > 5


def test_keys_are_asked_for(desk: Desk) -> None:
    assert desk.answer(Asked("cryptopanic", "/api/v1/posts/", "auth_token=")).status == 401
    assert desk.answer(Asked("newsapi", "/v2/everything", "q=x")).status == 401
    assert desk.answer(Asked("newsapi", "/v2/everything", "q=x", {"x-api-key": "other"})).status == 401
    assert desk.answer(Asked("newsapi", "/v2/everything", "", KEY)).status == 400
    assert desk.answer(Asked("newsapi", "/v2/everything", "q=x&page=2", KEY)).status == 426


def test_the_bomb_goes_out_with_status_200(call: Caller) -> None:
    call.fault("news-feeds", "error_body")

    got = call.get("/news-feeds/coindesk/rss")

    assert (got.status, got.body) == (200, BOMB)


def test_frozen_and_skewed_news_are_those_of_another_time(call: Caller) -> None:
    before = call.get("/news-feeds/coindesk/rss").body
    call.fault("news-feeds", "frozen")
    call.call("PUT", "/admin/clock", {"now": (NOON + timedelta(hours=6)).isoformat()})
    assert call.get("/news-feeds/coindesk/rss").body == before

    call.call("DELETE", "/admin/faults")
    assert call.get("/news-feeds/coindesk/rss").body != before


def test_errors_are_worded_as_the_providers_word_them() -> None:
    stands = {stand.name: stand for stand in STANDS}

    assert set(stands["newsapi"].limited) == {"status", "code", "message"}
    assert set(stands["cryptopanic"].limited) == {"status", "info"}


def shape(rows: list[dict[str, Any]]) -> dict[str, set[str]]:
    kinds: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.items():
            kinds.setdefault(name, set()).add(type(value).__name__)
    return kinds


@needs_recorded
def test_cryptopanics_posts_have_the_recorded_shape(desk: Desk) -> None:
    real = json.loads((RECORDED / "cryptopanic/api_v1_posts__01.json").read_text(encoding="utf-8"))
    ours = panic(desk)

    assert list(ours) == list(real)
    assert ours["count"] == real["count"]
    assert shape(ours["results"]) == shape(real["results"])
    assert shape([each["source"] for each in ours["results"]]) == shape([each["source"] for each in real["results"]])
    assert set(ours["results"][0]["votes"]) == set(real["results"][0]["votes"])
    tags = [[tag for each in body["results"] for tag in each.get("currencies", ())] for body in (ours, real)]
    assert shape(tags[0]) == shape(tags[1])


@needs_recorded
def test_newsapis_articles_have_the_recorded_shape(desk: Desk) -> None:
    real = json.loads((RECORDED / "newsapi/v2_everything__02.json").read_text(encoding="utf-8"))
    ours = newsapi(desk)
    error = json.loads((RECORDED / "newsapi/v2_everything_http426__03.json").read_text(encoding="utf-8"))

    assert list(ours) == list(real)
    assert list(ours["articles"][0]) == list(real["articles"][0])
    for name, kinds in shape(real["articles"]).items():
        assert shape(ours["articles"])[name] | {"NoneType"} == kinds | {"NoneType"}, name
    assert list(newsapi(desk, "q=x&page=2")) == list(error)
