"""The adapters of news on real answers, and titles and tokens on real news. The recordings lie outside the repository."""

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest

from shared.core.errors import BadPayloadError, RefusedError
from shared.domain.news.addresses import canonical
from shared.domain.news.catalogue import TokenCatalogue
from shared.domain.news.recognition import Recogniser
from shared.domain.news.titles import Title, TitleIndex
from shared.providers.adapters.cryptopanic_news import CryptoPanic
from shared.providers.adapters.newsapi_news import NewsApi
from shared.providers.asking import Call, ask
from shared.providers.contract import Page, Payload, Reply
from shared.providers.numbers import parsed
from shared.records.news import NewsItem, NewsRecord, NewsRequest
from tests.recordings import PAYLOADS, RECORDED, needs_recordings
from tests.unit.domain.news.catalogues import tokens
from tests.unit.providers.fakes import ScriptedHttp

pytestmark = needs_recordings

LATER = datetime(2027, 1, 1, tzinfo=UTC)
PANIC, API = CryptoPanic("https://provider.example"), NewsApi("https://provider.example")
READABLE = [
    ("cryptopanic/api_free_v1_posts__01.json", 20),
    ("cryptopanic/api_v1_posts__01.json", 20),
    ("cryptopanic/api_v1_posts_results_array__01.json", 200),
    ("newsapi/v2_everything__02.json", 20),
    ("newsapi/v2_everything_articles_array__01.json", 200),
    ("newsapi/v2_top_headlines__01.json", 10),
]
REFUSED = "newsapi/v2_everything_http426__03.json"


def adapter_of(name: str) -> CryptoPanic | NewsApi:
    return PANIC if name.startswith("cryptopanic") else API


def read(name: str) -> list[NewsItem]:
    page = Page(parsed((PAYLOADS / name).read_bytes()), None)
    return adapter_of(name).normalise(Payload((page,)), NewsRequest(), fetched_at=LATER)


def records_of(name: str) -> list[NewsRecord]:
    return [each for each in read(name) if isinstance(each, NewsRecord)]


def test_every_recording_of_news_is_in_the_list() -> None:
    manifest = json.loads((PAYLOADS / "MANIFEST.json").read_text(encoding="utf-8"))
    news = {
        each["file"]
        for each in manifest
        if each["provider"] in ("cryptopanic", "newsapi") or "news" in each["endpoint"]
    }

    assert news == {name for name, _ in READABLE} | {REFUSED}


@pytest.mark.parametrize(("name", "count"), READABLE)
def test_every_recorded_article_is_read(name: str, count: int) -> None:
    body = json.loads((PAYLOADS / name).read_text(encoding="utf-8"))
    rows = body if isinstance(body, list) else body.get("results", body.get("articles"))

    found = records_of(name)

    assert len(found) == len(rows) == count
    for record, row in zip(found, rows, strict=True):
        assert record.published_at == datetime.fromisoformat(row.get("published_at") or row["publishedAt"])
        assert record.dated
        assert record.url == row["url"]
        assert 0 < len(record.title) <= 300
        assert record.title[:20] == " ".join(row["title"].split())[:20]
        assert [tag.symbol for tag in record.tags] == [each["code"] for each in row.get("currencies", ())]


def test_currencies_are_missing_in_many_posts_and_that_is_no_error() -> None:
    found = records_of("cryptopanic/api_v1_posts_results_array__01.json")

    assert 20 < sum(not each.tags for each in found) < 180


@pytest.mark.parametrize("name", [name for name, _ in READABLE if not name.startswith("newsapi/v2_top")])
def test_no_recorded_token_survives_normalising(name: str) -> None:
    assert not [each for each in read(name) if "REDACTED" in repr(each) or "auth_token" in repr(each)]


async def test_asking_for_more_than_a_plan_allows_is_a_refusal() -> None:
    http = ScriptedHttp(lambda *_: Reply(426, {}, (PAYLOADS / REFUSED).read_bytes()))

    with pytest.raises(RefusedError, match="too many results"):
        await ask(http, Call("newsapi", "https://provider.example"))


async def test_the_same_with_status_200_is_no_answer() -> None:
    http = ScriptedHttp(lambda *_: Reply(200, {}, (PAYLOADS / REFUSED).read_bytes()))

    with pytest.raises(BadPayloadError):
        await ask(http, Call("newsapi", "https://provider.example"))


def test_recorded_addresses_are_told_apart_by_their_canonical_forms() -> None:
    for name, _ in READABLE:
        urls = {each.url for each in records_of(name)}
        assert len({canonical(url) for url in urls}) == len(urls), name


def stored_news() -> list[Title]:
    file = RECORDED / "news_cryptonews_2021_2022" / "cryptonews.csv.gz"
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text, delimiter=";"))
    return [
        Title(str(number), row["source"], datetime.strptime(f"{row['date']}+0000", "%d-%m-%Y %H:%M%z"), row["title"])
        for number, row in enumerate(rows)
    ]


def test_on_recorded_news_the_titles_taken_for_the_same_are_few_and_alike() -> None:
    """The figure of the decision page: all 35 were looked at, and each tells one story."""
    titles = sorted(stored_news(), key=lambda each: (each.published_at, each.article_id))
    index, pairs = TitleIndex(), []
    for each in titles:
        if (found := index.find(each)) is not None:
            pairs.append((each, found))
        index.add(each)

    assert len(titles) == 5_267
    assert len(pairs) == 35
    assert all(abs(one.published_at - other.published_at) <= timedelta(hours=48) for one, other in pairs)
    assert not [one.text for one, _ in pairs if "rice analysis" in one.text]


def test_tokens_found_in_recorded_titles_agree_with_cryptopanics_own() -> None:
    """The figure of the decision page. CryptoPanic's currencies are no truth: many are not in the title, some are wrong."""
    catalogue = TokenCatalogue(tokens())
    finds = Recogniser(catalogue)
    both = ours = theirs = 0
    for name in (name for name, _ in READABLE if name.startswith("cryptopanic")):
        for record in (each for each in records_of(name) if each.tags):
            told = {
                token.token_id
                for tag in record.tags
                if (token := catalogue.tagged(tag.symbol, tag.name, tag.slug)) is not None
            }
            found = {each.token_id for each in finds.mentions(record.title)}
            both, ours, theirs = both + len(told & found), ours + len(found), theirs + len(told)

    assert both / ours >= 0.92
    assert both / theirs >= 0.68
