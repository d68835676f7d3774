"""From records to articles."""

from datetime import timedelta
from typing import Any

from shared.domain.news.articles import KnownNews, Merged, merged
from shared.records.news import NewsRecord, TokenTag
from tests.clocks import NOON

from .catalogues import recogniser

FINDS = recogniser()
TITLE = "Cardano founder proposes a treasury for stablecoins"


def said(**more: Any) -> NewsRecord:
    values: dict[str, Any] = {
        "provider": "rss_coindesk",
        "publisher": "coindesk.com",
        "title": TITLE,
        "url": "https://www.coindesk.com/one?utm_source=feed",
        "published_at": NOON,
        "dated": True,
        "fetched_at": NOON,
    }
    return NewsRecord(**values | more)


def panic(**more: Any) -> NewsRecord:
    values = {"provider": "cryptopanic", "url": "https://cryptopanic.com/news/1/x", "aggregated": True}
    return said(**values | more)


def known_after(result: Merged) -> KnownNews:
    return KnownNews({each.article_id: each for each in result.revisions}, result.addresses)


def test_an_aggregators_post_and_the_feeds_item_are_one_article_at_the_publishers_address() -> None:
    result = merged([panic(publisher="coindesk.example"), said()], KnownNews(), FINDS)

    (article,) = result.revisions
    assert article.url == "https://www.coindesk.com/one"
    assert [each.provider for each in article.sources] == ["rss_coindesk", "cryptopanic"]
    assert set(result.addresses) == {"coindesk.com/one", "cryptopanic.com/news/1"}


def test_the_publishers_own_address_replaces_the_aggregators_later_too() -> None:
    first = merged([panic(publisher="coindesk.example", tags=(TokenTag("BTC", "Bitcoin"),))], KnownNews(), FINDS)
    second = merged([said(published_at=NOON + timedelta(minutes=3))], known_after(first), FINDS)

    (article,) = second.revisions
    assert article.article_id == first.revisions[0].article_id
    assert (article.url, article.aggregated) == ("https://www.coindesk.com/one", False)
    assert article.published_at == NOON
    assert {each.token_id: each.evidence for each in article.mentions} == {"cardano": "name", "bitcoin": "tag"}


def test_the_same_again_is_no_revision() -> None:
    first = merged([said(), panic(publisher="coindesk.example")], KnownNews(), FINDS)
    again = merged([panic(publisher="coindesk.example"), said()], known_after(first), FINDS)

    assert again.revisions == ()
    assert again.addresses == {}
    assert again.repeated == 2


def test_a_corrected_title_is_a_revision_with_sentiment_and_tokens_of_its_own() -> None:
    first = merged([said(title="Bitcoin crashes as hackers steal millions")], KnownNews(), FINDS)
    second = merged([said(title="Solana soars to a record high")], known_after(first), FINDS)

    (before,), (after,) = first.revisions, second.revisions
    assert after.article_id == before.article_id
    assert before.sentiment is not None
    assert after.sentiment is not None
    assert (before.sentiment.flag, after.sentiment.flag) == (-1, 1)
    assert [each.token_id for each in after.mentions] == ["solana"]


def test_another_providers_wording_of_a_known_address_changes_no_title() -> None:
    first = merged([said()], KnownNews(), FINDS)
    second = merged([said(provider="newsapi", title="Something else")], known_after(first), FINDS)

    (article,) = second.revisions
    assert article.title == TITLE
    assert [each.provider for each in article.sources] == ["rss_coindesk", "newsapi"]


def test_the_order_of_records_does_not_matter() -> None:
    records = [
        said(),
        panic(publisher="x.example"),
        said(provider="newsapi", url="https://coindesk.com/one#a"),
        said(title="Another story altogether, told by nobody else", url="https://www.coindesk.com/two"),
    ]

    assert merged(records, KnownNews(), FINDS) == merged(records[::-1], KnownNews(), FINDS)
