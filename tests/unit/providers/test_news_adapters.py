"""CryptoPanic, NewsAPI and feeds: what is read of their answers, and what is refused."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.stands.news_feeds import BOMB
from shared.core.errors import BadPayloadError, KeyRejectedError, RateLimitedError, RefusedError, SettingsError
from shared.core.settings import Settings
from shared.providers.adapters.cryptopanic_news import CRYPTOPANIC, CryptoPanic
from shared.providers.adapters.newsapi_news import NEWSAPI, NewsApi
from shared.providers.adapters.rss_news import Feed
from shared.providers.contract import Page, Payload, Reply
from shared.providers.feeds import DEFAULT_FEEDS, family_of, feeds_of
from shared.providers.http import HttpClient
from shared.providers.news import LARGEST_BODY, news_providers
from shared.providers.news_text import plain, safe_url
from shared.records.news import NewsItem, NewsRecord, NewsRequest, TokenTag, UnusableNews
from shared.records.provider import PROVIDERS
from tests.clocks import NOON, SteppingClock

from .fakes import ScriptedHttp, reply, serving

ASKED = NewsRequest()
DESCRIPTOR = feeds_of({})[0][0]
HEAD = '<?xml version="1.0"?><rss version="2.0"><channel><title>t</title><link>https://www.coindesk.com/</link>'
ITEM = "<item><title>One</title><link>https://www.coindesk.com/1</link><pubDate>Sun, 01 Mar 2026 11:00:00 GMT</pubDate></item>"


def post(**more: Any) -> dict[str, Any]:
    return {
        "kind": "news",
        "domain": "www.U.today",
        "source": {"title": "U.Today", "region": "en", "domain": "u.today", "path": None},
        "title": "Cardano (ADA) Partners",
        "published_at": "2026-03-01T11:00:00Z",
        "slug": "x",
        "id": 1,
        "url": "https://cryptopanic.com/news/1/x",
    } | more


def panic(*rows: dict[str, Any]) -> list[NewsItem]:
    return CryptoPanic("u").normalise(
        Payload((Page({"count": 200, "results": list(rows)}, None),)), ASKED, fetched_at=NOON
    )


def feed(body: str | bytes, base: str = "https://feeds.example/rss") -> list[NewsItem]:
    raw = body.encode() if isinstance(body, str) else body
    return Feed(base, DESCRIPTOR).normalise(Payload((Page(None, None, raw),)), ASKED, fetched_at=NOON)


def rss(*items: str) -> str:
    return f"{HEAD}{''.join(items)}</channel></rss>"


def only(items: list[NewsItem]) -> NewsRecord:
    (item,) = items
    assert isinstance(item, NewsRecord)
    return item


def test_a_post_is_read_with_its_publisher_and_tokens() -> None:
    record = only(panic(post(currencies=[{"code": "ada", "title": "Cardano", "slug": "cardano", "url": "x"}])))

    assert (record.publisher, record.aggregated, record.dated) == ("u.today", True, True)
    assert record.tags == (TokenTag("ADA", "Cardano", "cardano"),)
    assert record.published_at == NOON - timedelta(hours=1)


def test_version_two_tells_the_publishers_address_and_instruments() -> None:
    record = only(
        panic(post(original_url="https://u.today/a", instruments=[{"code": "ADA"}], description="<b>So</b> it is"))
    )

    assert (record.url, record.aggregated, record.summary) == ("https://u.today/a", False, "So it is")
    assert record.tags == (TokenTag("ADA"),)


@pytest.mark.parametrize(
    "row",
    [
        post(title=None),
        post(title="<b></b>"),
        post(url="javascript:alert(1)"),
        post(url=None),
        post(url="https://user:secret@c.example/"),
    ],
)
def test_posts_that_are_no_articles_are_told_as_unusable(row: dict[str, Any]) -> None:
    (item,) = panic(row)

    assert isinstance(item, UnusableNews)


@pytest.mark.parametrize("row", [post(title=7), post(source=["x"]), post(currencies={"a": 1}), "text"])
def test_posts_of_another_shape_refuse_the_answer(row: Any) -> None:
    with pytest.raises(BadPayloadError):
        panic(row)


@pytest.mark.parametrize(
    ("told", "at", "dated"),
    [
        ("2026-03-01T11:00:00Z", NOON - timedelta(hours=1), True),
        ("2026-03-01T13:00:00+02:00", NOON - timedelta(hours=1), True),
        ("2026-03-01T12:09:00Z", NOON, True),
        ("2026-03-01T12:11:00Z", NOON, False),
        ("1970-01-01T00:00:00Z", NOON, False),
        ("yesterday", NOON, False),
        (None, NOON, False),
    ],
)
def test_times_that_cannot_be_are_not_believed(told: str | None, at: datetime, dated: bool) -> None:
    record = only(panic(post(published_at=told)))

    assert (record.published_at, record.dated) == (at, dated)


def answering(body: object, status: int = 200) -> ScriptedHttp:
    return ScriptedHttp(lambda *_: reply(body, status=status))


async def test_the_key_is_in_the_question_and_in_nothing_that_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    key = "sandbox-primary"
    body = {
        "count": 200,
        "next": f"https://cryptopanic.com/api/v1/posts/?auth_token={key}&page=2",
        "previous": None,
        "results": [post()],
    }
    http = answering(body)

    with caplog.at_level(logging.DEBUG):
        payload = await CryptoPanic("https://p.example/v1").fetch(http, NewsRequest(catching_up=True), key)

    assert [(url, params["page"], params["auth_token"]) for url, params, _ in http.asked] == [
        ("https://p.example/v1/posts/", str(page), key) for page in (1, 2, 3)
    ]
    assert key not in repr(payload)
    assert key not in caplog.text
    assert len(CryptoPanic("u").normalise(payload, ASKED, fetched_at=NOON)) == 3


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"status": "Incomplete", "info": "Token not found"}, 401, KeyRejectedError),
        ({"status": "Incomplete", "info": "Token not found"}, 200, KeyRejectedError),
        ({"status": "api_error", "info": "Rate limit exceeded"}, 200, RateLimitedError),
        ({"detail": "Not found."}, 404, RefusedError),
    ],
)
async def test_complaints_of_cryptopanic_have_their_class(body: object, status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        await CryptoPanic("https://p.example").fetch(answering(body, status), ASKED, "sandbox-primary")


def article(**more: Any) -> dict[str, Any]:
    return {
        "source": {"id": None, "name": "CoinDesk"},
        "author": "Someone",
        "title": "Axie Infinity Game Launches - CoinDesk",
        "description": "The &amp; game",
        "url": "https://www.coindesk.com/web3/axie/",
        "urlToImage": None,
        "publishedAt": "2026-03-01T09:00:00Z",
        "content": None,
    } | more


def newsapi(*rows: dict[str, Any]) -> list[NewsItem]:
    body: Any = {"status": "ok", "totalResults": 1, "articles": list(rows)}
    return NewsApi("u").normalise(Payload((Page(body, None),)), ASKED, fetched_at=NOON)


def test_an_article_is_read_without_the_publishers_name_in_its_title() -> None:
    record = only(newsapi(article()))

    assert (record.title, record.publisher, record.summary) == (
        "Axie Infinity Game Launches",
        "coindesk.com",
        "The & game",
    )
    assert not record.aggregated


def test_googles_addresses_are_an_aggregators() -> None:
    google = article(
        source={"id": "google-news", "name": "Google News"},
        author="Terra",
        title="Por que - Terra",
        url="https://news.google.com/rss/articles/x",
    )
    record = only(newsapi(google))

    assert (record.title, record.aggregated) == ("Por que", True)


def test_withdrawn_articles_are_unusable() -> None:
    assert newsapi(article(title="[Removed]", url="https://removed.com")) == [UnusableNews("newsapi", "withdrawn")]


@pytest.mark.parametrize(
    ("code", "message", "status", "error"),
    [
        ("apiKeyInvalid", "Your API key is invalid or incorrect.", 401, KeyRejectedError),
        ("rateLimited", "You have made too many requests recently.", 429, RateLimitedError),
        ("maximumResultsReached", "You have requested too many results.", 426, RefusedError),
        ("apiKeyInvalid", "Your API key is invalid or incorrect.", 200, KeyRejectedError),
    ],
)
async def test_complaints_of_newsapi_have_their_class(
    code: str, message: str, status: int, error: type[Exception]
) -> None:
    http = answering({"status": "error", "code": code, "message": message}, status)

    with pytest.raises(error):
        await NewsApi("https://p.example").fetch(http, ASKED, "sandbox-primary")
    assert http.asked[0][2] == {"x-api-key": "sandbox-primary"}


def test_rss_atom_and_rdf_are_read_alike() -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><entry><title type="html">One</title><link href="https://www.coindesk.com/1"/>'
        "<id>urn:1</id><published>2026-03-01T11:00:00Z</published></entry></feed>"
    )
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="x"><title>t</title></channel><item rdf:about="https://www.coindesk.com/1"><title>One</title><link>https://www.coindesk.com/1</link>'
        "<dc:date>2026-03-01T11:00:00Z</dc:date></item></rdf:RDF>"
    )
    expected = only(feed(rss(ITEM)))

    assert only(feed(atom)) == only(feed(rdf)) == expected
    assert (expected.provider, expected.publisher, expected.published_at) == (
        "rss_coindesk",
        "coindesk.com",
        NOON - timedelta(hours=1),
    )


def test_relative_links_permalinks_and_missing_dates_are_understood() -> None:
    items = feed(
        rss(
            "<item><title>One</title><link>/a/b</link></item>",
            "<item><title>Two</title><guid>https://www.coindesk.com/2</guid></item>",
            "<item><title>Three</title><guid isPermaLink='false'>3</guid></item>",
            "<item><title>Four</title><link>javascript:alert(1)</link></item>",
        )
    )

    assert [each.url for each in items if isinstance(each, NewsRecord)] == [
        "https://www.coindesk.com/a/b",
        "https://www.coindesk.com/2",
    ]
    assert [each for each in items if isinstance(each, NewsRecord) and each.dated] == []
    assert sum(isinstance(each, UnusableNews) for each in items) == 2


def test_markup_in_titles_and_summaries_is_gone() -> None:
    item = "<item><title>&lt;script&gt;alert(1)&lt;/script&gt;A &amp;amp; B</title><link>https://a.example/</link><description><![CDATA[<p>So<br/>it <b>is</b></p>]]></description></item>"
    record = only(feed(rss(item)))

    assert (record.title, record.summary) == ("A & B", "So it is")


def test_other_encodings_are_read_whatever_is_declared() -> None:
    text = rss("<item><title>Биткоин вырос — 比特币</title><link>https://a.example/</link></item>").replace(
        '"1.0"', '"1.0" encoding="{}"'
    )
    russian = text.replace(" — 比特币", "")

    assert only(feed(text.format("iso-8859-1").encode("utf-8"))).title == "Биткоин вырос — 比特币"
    assert only(feed(text.format("utf-16").encode("utf-16"))).title == "Биткоин вырос — 比特币"
    assert only(feed(russian.format("windows-1251").encode("cp1251"))).title == "Биткоин вырос"
    assert only(feed(text.format("utf-8").encode("utf-8-sig"))).title == "Биткоин вырос — 比特币"
    assert only(feed(rss(ITEM).replace("One", "Caf\u00e9").encode("cp1252"))).title == "Café"


DEEP = f"{HEAD}<item><title>{'<b>' * 100}x{'</b>' * 100}</title></item></channel></rss>"
ENTITIES = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "body",
    [
        BOMB,
        BOMB.decode().encode("utf-16"),
        rss(ITEM).replace("<rss", f"{ENTITIES}<rss").replace("One", "&x;"),
        rss(ITEM).replace("<rss", '<!DOCTYPE rss SYSTEM "http://a.example/x.dtd" [ ]><rss'),
        '<?xml version="1.0" encoding="utf-7"?>+ADw-rss version=+ACI-2.0+ACI-+AD4-+ADw-/rss+AD4-',
        DEEP,
        rss(ITEM)[: len(HEAD) + 40],
        "<!doctype html><title>Just a moment...</title>",
        "<html><body><rss></rss></body></html>",
        "",
        b"\x00" * 1000,
        b"\xff\xfe\x00",
        '{"items": []}',
        "<rss></rss>" + "x" * 2000,
    ],
    ids=range(14),
)
def test_bombs_pages_and_what_is_cut_off_are_refused(body: str | bytes) -> None:
    with pytest.raises(BadPayloadError):
        feed(body)


def test_an_old_document_type_without_entities_is_no_bomb() -> None:
    typed = rss(ITEM).replace(
        "<rss", '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd"><rss'
    )

    assert only(feed(typed)).title == "One"


def test_whole_articles_and_broken_markup_in_a_feed_are_forgiven() -> None:
    whole = f"<content:encoded><![CDATA[{'<p>x</p>' * 50_000}]]></content:encoded>"
    item = ITEM.replace("</item>", f"{whole}<description>AT&T &nbsp; so</description></item>")

    assert only(feed(rss(item))).title == "One"


async def test_a_feed_larger_than_allowed_or_elsewhere_is_refused() -> None:
    async def endless(_reader: Any, writer: Any, target: str) -> None:
        if target == "/moved":
            writer.write(b"HTTP/1.1 301 Moved\r\nlocation: http://127.0.0.2/rss\r\ncontent-length: 0\r\n\r\n")
            return
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + HEAD.encode())
        for _ in range(2 * LARGEST_BODY // 65_536):
            writer.write(b" " * 65_536)
            await writer.drain()

    client = HttpClient(SteppingClock(), largest_body=LARGEST_BODY)
    async with serving(endless) as url:
        with pytest.raises(BadPayloadError, match="a body over"):
            await Feed(f"{url}/", DESCRIPTOR).fetch(client, ASKED, None)
        with pytest.raises(RefusedError, match="another origin"):
            await Feed(f"{url}/moved", DESCRIPTOR).fetch(client, ASKED, None)
    await client.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b\u202ec\u200bd\te\n", "a bcd e"),
        ("&lt;b&gt;x&lt;/b&gt;", "x"),
        ("&amp;lt;script&amp;gt;x", ""),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("x" * 400, "x" * 299 + "…"),
        ("lone \ud800 surrogate", "lone surrogate"),
    ],
)
def test_texts_become_plain_and_bounded(text: str, expected: str) -> None:
    assert plain(text, longest=300) == expected


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "//a.example/", "https://", "https://user:secret@a.example/", "https://a.example/ x",
        "https://a.example/\"><script>", "https://a.example:99999/", "https://[::1", f"https://a.example/{'x' * 2000}", "", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_addresses_that_are_not_safe_are_none(url: str) -> None:
    assert safe_url(url) is None


def test_default_feeds_are_the_providers_that_the_status_knows() -> None:
    providers = news_providers(Settings.from_environment({}))

    assert {each.id: each.family for each in providers} == dict(PROVIDERS["news"])
    assert [each.id for each in providers][:2] == [CRYPTOPANIC.id, NEWSAPI.id]


def addresses(environment: Mapping[str, str]) -> dict[str, str]:
    return {descriptor.id: descriptor.default_url for descriptor, _ in feeds_of(environment)}


def test_feeds_are_those_of_the_setting_and_a_stand_in_takes_all_of_them() -> None:
    stated = {"NEWS_FEEDS": "one=https://feeds.one.example/rss?a=b, two=https://two.example/"}

    assert addresses(stated) == {"rss_one": "https://feeds.one.example/rss?a=b", "rss_two": "https://two.example/"}
    assert addresses(stated | {"NEWS_FEEDS_URL": "http://127.0.0.1:9/n/"}) == {
        "rss_one": "http://127.0.0.1:9/n/one/rss",
        "rss_two": "http://127.0.0.1:9/n/two/rss",
    }
    assert len(addresses({})) == len(DEFAULT_FEEDS)
    assert family_of("https://feeds.one.example/rss") == "one.example"


@pytest.mark.parametrize(
    "text", ["one", "one=", "One=https://a.example/", "a=https://a.example/,a=https://b.example/", "a=ftp://b"]
)
def test_a_setting_that_cannot_be_read_is_an_error(text: str) -> None:
    with pytest.raises(SettingsError):
        feeds_of({"NEWS_FEEDS": text})


def test_times_are_aware() -> None:
    assert only(feed(rss(ITEM))).published_at.tzinfo == UTC


def test_a_reply_is_never_shown_with_its_body() -> None:
    assert "auth_token" not in repr(Reply(200, {}, b"auth_token=sandbox-primary"))
