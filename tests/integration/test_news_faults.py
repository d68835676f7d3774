"""News from everybody at once: each story stored once, whatever any source does wrong."""

import logging
import urllib.request
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.market import Market
from sandbox.serving import Served, serve
from shared.records.provider import PROVIDERS
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.newsrooms import STANDS, Newsroom, list_tokens, newsroom_over

EVERYBODY = set(PROVIDERS["news"])
FEEDS = EVERYBODY - {"cryptopanic", "newsapi"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Served]:
    with serve(seed=7, tokens=100, frozen_at=NOON) as served:
        # What was published is computed once; a first request would be slower than all others.
        with urllib.request.urlopen(f"{served.url}/cryptopanic/api/v1/posts/?auth_token=sandbox", timeout=60) as answer:  # noqa: S310
            assert answer.status == 200
        yield served


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock(NOON)


@pytest.fixture
async def newsroom(sandbox: Served, place: Place, tmp_path: Path, clock: SteppingClock) -> AsyncIterator[Newsroom]:
    async with newsroom_over(sandbox, place, tmp_path, clock, fetch_within=timedelta(seconds=15)) as made:
        yield made
        made.mend()
        made.at(NOON)


async def _failing(newsroom: Newsroom, stand: str, kind: str, **body: Any) -> dict[str, str]:
    newsroom.fault(stand, kind, **body)
    report = await newsroom.run()
    assert report.outcome == "degraded"
    return {source.provider: source.error_code for source in report.sources if source.error_code}


async def test_all_sources_are_asked_and_each_story_is_stored_once(newsroom: Newsroom) -> None:
    list_tokens(newsroom.place, Market(7, 100))

    report = await newsroom.run()

    assert report.outcome == "succeeded"
    assert {source.provider for source in report.sources if source.rows} >= {"cryptopanic", "newsapi", "rss_coindesk"}
    assert {source.provider for source in report.sources} == EVERYBODY
    told = sum(source.rows for source in report.sources)
    assert 0 < report.rows == newsroom.count("news_revisions") < told
    [[sources, data_source]] = newsroom.rows("SELECT sources, data_source FROM datasets WHERE dataset = 'refresh_news'")
    assert set(sources) == {source.provider for source in report.sources}
    assert data_source == "sandbox"
    [[several]] = newsroom.rows("SELECT count(*) FROM news_revisions WHERE jsonb_array_length(sources) > 1")
    [[named]] = newsroom.rows("SELECT count(*) FROM news_revisions WHERE token_ids <> '{}'")
    assert several > 10
    assert named > 10
    assert 0 < report.unmatched < report.rows


async def test_the_same_news_again_change_nothing(newsroom: Newsroom, clock: SteppingClock) -> None:
    await newsroom.run()
    before = newsroom.rows("SELECT article_id, known_at, replaced_at FROM news_revisions ORDER BY 1, 2")
    clock.advance(300)

    again = await newsroom.run()

    assert (again.outcome, again.rows) == ("succeeded", 0)
    assert newsroom.rows("SELECT article_id, known_at, replaced_at FROM news_revisions ORDER BY 1, 2") == before
    assert newsroom.rows("SELECT count(*) FROM datasets WHERE refreshed_at = '2026-03-01T12:05:00Z'") == [[1]]


async def test_what_comes_later_is_added_and_a_source_more_is_a_revision(
    newsroom: Newsroom, clock: SteppingClock
) -> None:
    newsroom.fault("newsapi", "server_error")
    await newsroom.run()
    first = newsroom.count("news_revisions")
    newsroom.mend()
    clock.advance(3600)
    newsroom.at(clock.now())

    report = await newsroom.run()

    assert report.rows > 0
    assert newsroom.count("news_revisions") == first + report.rows
    [[held], [articles]] = (
        newsroom.rows("SELECT count(*) FROM news_revisions WHERE replaced_at IS NULL")[0],
        newsroom.rows("SELECT count(DISTINCT article_id) FROM news_revisions")[0],
    )
    assert held == articles
    [[ended]] = newsroom.rows("SELECT count(*) FROM news_revisions WHERE replaced_at = '2026-03-01T13:00:00Z'")
    assert ended > 0


CODES = [
    ("rate_limit", "rate_limited"),
    ("server_error", "server_failed"),
    ("reset", "connection_failed"),
    ("refused", "connection_failed"),
    ("stopped", "connection_failed"),
    ("truncated", "bad_payload"),
    ("timeout", "deadline_exceeded"),
    ("html", "bad_payload"),
    ("redirect", "refused"),
    ("endless", "bad_payload"),
]


@pytest.mark.parametrize("stand", ["cryptopanic", "newsapi", "news_feeds"])
async def test_one_failing_stand_is_named_and_the_others_serve(
    sandbox: Served, place: Place, tmp_path: Path, clock: SteppingClock, stand: str
) -> None:
    for kind, code in CODES:
        clock.advance(60)
        # Documents of its own, so that no circuit is open yet.
        (tmp_path / kind).mkdir()
        within = timedelta(seconds=3 if kind == "timeout" else 15)
        async with newsroom_over(sandbox, place, tmp_path / kind, clock, fetch_within=within) as newsroom:
            failures = await _failing(newsroom, stand, kind)
            newsroom.mend()
            [[sources]] = newsroom.rows("SELECT sources FROM datasets WHERE dataset = 'refresh_news'")

        expected = {stand} if stand != "news_feeds" else FEEDS
        assert {failures[name] for name in expected} == {code}, kind
        assert failures.keys() == expected, kind
        assert set(sources) == EVERYBODY - expected
        assert newsroom.count("news_revisions") > 10


async def test_errors_and_bombs_with_status_200_are_refused(newsroom: Newsroom) -> None:
    for stand in STANDS:
        newsroom.fault(stand, "error_body")

    report = await newsroom.run()

    codes = {source.provider: source.error_code for source in report.sources}
    assert (codes.pop("cryptopanic"), codes.pop("newsapi")) == ("rate_limited", "rate_limited")
    assert set(codes.values()) == {"bad_payload"}
    assert {source.error for source in report.sources if source.provider.startswith("rss_")} == {
        "feed: a feed that declares entities"
    }
    assert newsroom.count("news_revisions") == 0


async def test_one_feed_that_fails_is_one_source_less(newsroom: Newsroom) -> None:
    assert await _failing(newsroom, "news_feeds", "server_error", options={"match": "/decrypt/"}) == {
        "rss_decrypt": "server_failed"
    }


async def test_rows_without_a_title_are_left_out_counted_and_told(newsroom: Newsroom) -> None:
    for stand in STANDS:
        newsroom.fault(stand, "nulls")

    report = await newsroom.run()

    assert report.outcome == "succeeded"
    assert report.detail is not None
    assert report.detail.startswith("rows that are no articles: cryptopanic ")
    assert ", newsapi " in report.detail
    assert ", rss_decrypt " in report.detail
    assert newsroom.count("news_revisions WHERE title = ''") == 0


async def test_a_clock_that_runs_ahead_makes_no_news_of_tomorrow(newsroom: Newsroom) -> None:
    for stand in STANDS:
        newsroom.fault(stand, "skewed", options={"seconds": 86_400})

    await newsroom.run()

    assert newsroom.count("news_revisions WHERE published_at > '2026-03-01T12:00:00Z'") == 0
    assert newsroom.count("news_revisions WHERE NOT dated") > 10


async def test_when_all_fail_the_last_news_stay_and_each_failure_is_named(
    newsroom: Newsroom, clock: SteppingClock
) -> None:
    await newsroom.run()
    before = newsroom.rows("SELECT * FROM news_revisions ORDER BY 1, 2"), newsroom.rows("SELECT * FROM datasets")
    for stand in STANDS:
        newsroom.fault(stand, "server_error")
    clock.advance(300)

    report = await newsroom.run()

    assert report.outcome == "failed"
    assert {source.error_code for source in report.sources} == {"server_failed"}
    assert (
        newsroom.rows("SELECT * FROM news_revisions ORDER BY 1, 2"),
        newsroom.rows("SELECT * FROM datasets"),
    ) == before


async def test_a_second_delivery_asks_nobody_and_writes_nothing(newsroom: Newsroom, clock: SteppingClock) -> None:
    first = await newsroom.run("refresh-news@12:00")
    clock.advance(60)

    second = await newsroom.run("refresh-news@12:00")

    assert second == first


async def test_another_kind_of_data_is_never_mixed_in(
    newsroom: Newsroom, sandbox: Served, place: Place, tmp_path: Path, clock: SteppingClock
) -> None:
    await newsroom.run()
    before = newsroom.count("news_revisions")
    clock.advance(300)

    async with newsroom_over(sandbox, place, tmp_path, clock, data_source="live") as other:
        report = await other.run("live")

    assert report.outcome == "failed"
    assert "settings" in (report.detail or "")
    assert newsroom.count("news_revisions") == before


async def test_sources_without_a_key_are_not_missed(
    sandbox: Served, place: Place, tmp_path: Path, clock: SteppingClock
) -> None:
    async with newsroom_over(sandbox, place, tmp_path, clock, CRYPTOPANIC_KEY="", NEWSAPI_KEY="") as newsroom:
        report = await newsroom.run()

    assert report.outcome == "succeeded"
    codes = {source.provider: source.error_code for source in report.sources}
    assert codes["cryptopanic"] == codes["newsapi"] == "no_key"


async def test_no_key_reaches_the_log_the_database_or_the_documents(
    newsroom: Newsroom, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        report = await newsroom.run()
        newsroom.fault("cryptopanic", "truncated")
        newsroom.fault("newsapi", "reset")
        await newsroom.run()

    assert next(source.rows for source in report.sources if source.provider == "cryptopanic") > 0
    secret = "sandbox-primary"
    assert not [each for each in caplog.records if secret in str(vars(each))]
    dump = [str(newsroom.rows(f"SELECT * FROM {table}")) for table in ("news_revisions", "news_addresses")]  # noqa: S608
    assert not [each for each in (*dump, repr(report)) if secret in each or "auth_token" in each]
    kept = [file.read_bytes() for file in tmp_path.glob("documents.db*")]  # noqa: ASYNC240 tests may wait
    assert kept
    assert not [each for each in kept if secret.encode() in each]
