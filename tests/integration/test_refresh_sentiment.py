"""A sentiment refresh over real parts: a sandbox over HTTP, a document file and PostgreSQL, with a clock that is moved."""

import json
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.refresh_sentiment.refresh import SentimentRefresh
from functions.sentiment.main import build
from sandbox.market import Market
from sandbox.serving import Served as Sandbox
from sandbox.serving import serve
from sandbox.stands.alternative_me import value_of
from shared.cache.embedded import EmbeddedDocuments
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.sentiment.writing import SentimentWriter
from shared.http.refresh import Occasion
from shared.providers.sentiment import sentiment_sources
from shared.records.refresh import RefreshReport
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.functions.quoting import Served, store
from tests.snapshots import many

DAY = timedelta(days=1)
TODAY = NOON.replace(hour=0)
FAULTS = [
    "rate_limit",
    "rate_limit_silent",
    "server_error",
    "error_body",
    "html",
    "redirect",
    "truncated",
    "reset",
    "refused",
    "stopped",
    "timeout",
    "endless",
    "times_ten",
    "skewed",
]


@dataclass
class Sentiment:
    """One instance of the refresh over the sandbox, and the function that answers with what it stored."""

    refresh: SentimentRefresh
    place: Place
    clock: SteppingClock
    sandbox: Sandbox
    answers: Served
    runs: int = 0

    async def run(self, key: str | None = None) -> RefreshReport:
        self.runs += 1
        self.admin("PUT", "clock", {"now": self.clock.now().isoformat()})
        return await self.refresh.run(Occasion(key or f"run {self.runs}"))

    def admin(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 localhost
            f"{self.sandbox.url}/admin/{path}", method=method, data=None if body is None else json.dumps(body).encode()
        )
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310 localhost
            return json.loads(response.read())

    async def priced(self) -> None:
        """Store a market whose bitcoin and breadth have enough of a week and a month for an index of our own."""
        at = self.clock.now()
        await store(self.place, many(40, at=at))
        self.place.run(
            "INSERT INTO tokens (token_id, symbol, name, provisional, first_seen_at, last_seen_at)"  # noqa: S608
            f" VALUES ('bitcoin', 'BTC', 'Bitcoin', false, '{at}', '{at}') ON CONFLICT DO NOTHING"
        )
        self.place.run(
            "INSERT INTO quotes (token_id, price_usd, change_7d_pct, change_30d_pct, as_of, priced_at, facts_provider,"  # noqa: S608
            " sources, source_prices, data_source, refreshed_at)"
            f" VALUES ('bitcoin', 100, 5, 9, '{at}', '{at}', 'coingecko', '{{coingecko}}', '[]', 'sandbox', '{at}')"
            f" ON CONFLICT (token_id) DO UPDATE SET priced_at = '{at}'"
        )


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve(seed=7, tokens=60, frozen_at=NOON) as served:
        yield served


@pytest.fixture
async def sentiment(sandbox: Sandbox, place: Place, tmp_path: Path) -> AsyncIterator[Sentiment]:
    clock = SteppingClock()
    settings = Settings.from_environment(
        {"DATA_SOURCE": "sandbox", "ALTERNATIVE_ME_URL": f"{sandbox.url}/alternative-me"}
    )
    documents = EmbeddedDocuments(tmp_path / "documents.db", clock=clock)
    sources = sentiment_sources(settings, documents, clock)
    database = Database(place.writer, read_only=False)
    refresh = SentimentRefresh(
        sources=sources,
        writer=SentimentWriter(database),
        documents=documents,
        clock=clock,
        source="sandbox",
        fetch_within=timedelta(seconds=4),
    )
    made = Sentiment(refresh, place, clock, sandbox, Served(build, place, clock))
    yield made
    made.admin("DELETE", "faults")
    await made.answers.close()
    await sources.close()
    await database.close()
    await documents.close()


async def test_the_whole_history_comes_first_and_then_only_what_is_new(sentiment: Sentiment) -> None:
    first = await sentiment.run()
    [[days, oldest]] = sentiment.place.run("SELECT count(*), min(at)::date::text FROM sentiment_values")
    sentiment.clock.advance(DAY)
    second = await sentiment.run()

    assert oldest == "2018-02-01"
    assert first.rows == days
    assert int(str(days)) > 2_900
    assert "days have no value" in (first.detail or "")
    assert {source.provider: source.rows for source in second.sources}["alternative_me"] in (11, 12)
    assert second.rows in (1, 2)


async def test_both_indices_are_stored_and_answered(sentiment: Sentiment) -> None:
    await sentiment.priced()

    report = await sentiment.run()

    body = await sentiment.answers.fresh("/api/v1/sentiment")
    assert (report.outcome, report.detail is None or "no value" in report.detail) == ("succeeded", True)
    assert [each["index"] for each in body["data"]] == ["alternative_me", "cryptoprism"]
    assert body["meta"]["sources"] == ["alternative_me", "cryptoprism"]
    assert {each["name"] for each in body["data"][1]["components"]} == {"momentum", "breadth"}
    assert body["meta"]["source"] == "sandbox"


async def test_the_mood_of_the_news_is_a_component_when_there_are_enough(sentiment: Sentiment) -> None:
    await sentiment.priced()
    sentiment.place.run(
        "INSERT INTO news_revisions (article_id, known_at, published_at, dated, title, url, publisher, aggregated, sources,"  # noqa: S608
        " carriers, tokens, token_ids, sentiment, sentiment_score, sentiment_method)"
        f" SELECT 'a' || n, '{TODAY}', '{TODAY}', true, 'Title', 'https://news.example/' || n, 'News', false, '[]', '{{}}', '[]',"
        " '{bitcoin}', 1, 0.5, 'lexicon' FROM generate_series(1, 6) AS n"
    )

    await sentiment.run()

    body = await sentiment.answers.fresh("/api/v1/sentiment")
    token = await sentiment.answers.fresh("/api/v1/sentiment/bitcoin")
    news = {each["name"]: float(each["value"]) for each in body["data"][1]["components"]}["news"]
    assert (news, "news" in body["data"][1]["missing"]) == (75, False)
    assert {each["name"]: each["value"] for each in token["data"]["components"]}["news"] == 75
    assert token["data"]["news_articles"] == 6


@pytest.mark.parametrize("kind", FAULTS)
async def test_with_the_source_failing_our_own_index_stands_in(sentiment: Sentiment, kind: str) -> None:
    await sentiment.priced()
    sentiment.admin("PUT", "faults/alternative-me", {"fault": kind})

    report = await sentiment.run()

    body = await sentiment.answers.fresh("/api/v1/sentiment")
    assert report.outcome == "degraded"
    assert report.sources[0].error_code is not None
    assert [(each["index"], each["primary"]) for each in body["data"]] == [("cryptoprism", True)]
    assert body["meta"]["sources"] == ["cryptoprism"]


async def test_days_without_values_are_left_out_and_told(sentiment: Sentiment) -> None:
    sentiment.admin("PUT", "faults/alternative-me", {"fault": "nulls"})

    report = await sentiment.run()

    [[days]] = sentiment.place.run("SELECT count(*) FROM sentiment_values")
    gaps = int((report.detail or "0").split()[0])
    assert report.outcome == "degraded"
    assert gaps > 200
    assert int(str(days)) < 2_800


async def test_when_nobody_knows_anything_nothing_is_written_and_the_old_goes_stale(sentiment: Sentiment) -> None:
    await sentiment.run()
    stored = sentiment.place.run("SELECT count(*) FROM sentiment_values")
    sentiment.admin("PUT", "faults/alternative-me", {"fault": "server_error"})
    outcomes, stale = [], []
    for _ in range(4):
        sentiment.clock.advance(timedelta(minutes=61))
        outcomes.append((await sentiment.run()).outcome)
        stale.append((await sentiment.answers.fresh("/api/v1/sentiment"))["meta"]["stale"])

    assert outcomes == ["failed"] * 4
    assert stale == [False, False, True, True]
    assert sentiment.place.run("SELECT count(*) FROM sentiment_values") == stored


async def test_a_revised_value_is_kept_beside_the_former_one(sentiment: Sentiment) -> None:
    market = Market(7, 60)
    days = (TODAY + number * DAY for number in range(1, 400))
    revised = next(day for day in days if _first_said(market, day) != value_of(market, int(day.timestamp())))
    sentiment.clock.advance(revised + timedelta(hours=1) - sentiment.clock.now())
    await sentiment.run()
    sentiment.clock.advance(timedelta(hours=6))
    await sentiment.run()

    of_the_day = f"at = '{revised.isoformat()}' ORDER BY known_at"
    assert sentiment.place.run(f"SELECT value::int FROM sentiment_values WHERE {of_the_day}") == [  # noqa: S608
        [_first_said(market, revised)],
        [value_of(market, int(revised.timestamp()))],
    ]


def _first_said(market: Market, day: datetime) -> int:
    return value_of(market, int(day.timestamp()), revised=False)


async def test_a_second_delivery_asks_nobody_and_writes_nothing(sentiment: Sentiment) -> None:
    await sentiment.run("refresh-sentiment@12:07")
    asked = sentiment.admin("GET", "requests")

    await sentiment.run("refresh-sentiment@12:07")

    assert sentiment.admin("GET", "requests") == asked


async def test_old_prices_make_no_index_of_now(sentiment: Sentiment) -> None:
    await sentiment.priced()
    sentiment.clock.advance(timedelta(hours=2))

    report = await sentiment.run()

    assert (report.outcome, report.sources[-1].error_code) == ("degraded", "not_computed")
    assert sentiment.place.run("SELECT count(*) FROM sentiment_values WHERE index_name = 'cryptoprism'") == [[0]]
