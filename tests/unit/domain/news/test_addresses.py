"""Many ways to address an article, one form."""

import pytest

from shared.domain.news.addresses import article_id, canonical, untracked

FORM = "coindesk.com/markets/2026/story?page=2"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.coindesk.com/markets/2026/story?page=2",
        "http://coindesk.com:80/markets/2026/story/?page=2",
        "https://COINDESK.com:443/markets//2026/story?page=2#comments",
        "https://www.coindesk.com/markets/2026/story?utm_source=x&page=2&UTM_Campaign=y&fbclid=z",
        "https://amp.coindesk.com/markets/2026/story?page=2",
        "https://www.coindesk.com/amp/markets/2026/story?page=2",
        "https://www.coindesk.com/markets/2026/story/amp/?page=2&amp=1",
        "https://m.coindesk.com/markets/2026/%73tory?page=2&ref=home&mtm_campaign=a",
    ],
)
def test_all_these_are_one_article(url: str) -> None:
    assert canonical(url) == FORM


@pytest.mark.parametrize(
    "url",
    [
        "https://www.coindesk.com/markets/2026/story?page=3",
        "https://www.coindesk.com/markets/2026/Story?page=2",
        "https://www.coindesk.com:8443/markets/2026/story?page=2",
        "https://decrypt.co/markets/2026/story?page=2",
    ],
)
def test_these_are_others(url: str) -> None:
    assert canonical(url) != FORM


def test_the_order_of_parameters_does_not_matter() -> None:
    assert canonical("https://a.example/?b=2&a=1") == canonical("https://a.example/?a=1&b=2")


def test_the_words_of_a_cryptopanic_address_may_change() -> None:
    assert canonical("https://cryptopanic.com/news/1/One-Title?mtm_campaign=x") == canonical(
        "https://cryptopanic.com/news/1/Another"
    )


def test_canonical_form_is_a_fixed_point() -> None:
    assert canonical(f"https://{FORM}") == FORM


def test_addresses_to_follow_keep_all_but_tracking() -> None:
    url = "https://www.a.example/story/?id=7&utm_source=feed&q=a%20b&gclid=1#top"

    assert untracked(url) == "https://www.a.example/story/?id=7&q=a%20b"


def test_an_articles_name_is_short_and_stays() -> None:
    assert article_id(FORM) == article_id(FORM)
    assert len(bytes.fromhex(article_id(FORM))) == 8
