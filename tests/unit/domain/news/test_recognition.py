"""Which tokens a text is about: what shows one, and what only looks like it."""

from decimal import Decimal

import pytest

from shared.domain.news.catalogue import NewsToken
from shared.records.news import TokenTag

from .catalogues import recogniser, tokens

FINDS = recogniser()


def found(title: str, summary: str | None = None, *tags: TokenTag) -> dict[str, str]:
    return {each.token_id: each.evidence for each in FINDS.mentions(title, summary, tags)}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("$NEAR jumps 20% overnight", {"near": "cashtag"}),
        ("Traders eye $one and $gas", {"harmony": "cashtag", "gas": "cashtag"}),
        ("NEAR/USDT breaks out", {"near": "pair"}),
        ("LINK-USD chart", {"chainlink": "pair"}),
        ("Bitcoin holds", {"bitcoin": "name"}),
        ("why bitcoin and shiba inu matter", {"bitcoin": "name", "shiba-inu": "name"}),
        ("Ether falls as Ripple wins", {"ethereum": "name", "ripple": "name"}),
        ("The Sandbox (SAND) opens", {"the-sandbox": "name"}),
        ("Near Protocol launches", {"near": "name"}),
        ("Render network expands", {"render-token": "name"}),
        ("Chainlink (LINK) price soars", {"chainlink": "name"}),
        ("Investors ask whether Avalanche will recover", {"avalanche-2": "name"}),
        ("1,000 BTC moved", {"bitcoin": "symbol"}),
        ("ADA jumps", {"cardano": "symbol"}),
        (
            "Price analysis 5/19: BTC, ETH, BNB, XRP",
            {"bitcoin": "symbol", "ethereum": "symbol", "binancecoin": "name", "ripple": "name"},
        ),
    ],
)
def test_tokens_are_found_with_what_shows_them(title: str, expected: dict[str, str]) -> None:
    assert found(title) == expected


@pytest.mark.parametrize(
    "title",
    [
        "Just the One Near Thing: FUN to WIN",
        "ONE LAST CHANCE TO WIN BIG",
        "GAS prices hit a high as Near-term outlook dims",
        "Why the LINK between inflation and crypto matters",
        "Gas Price Soars While Traders Link Arms",
        "CAKE is HOT: Mask your ID and OP in the SAND",
        "Can this APE win? A fun ID for sand artists",
        "Optimism fades near the top as makers mask their op costs",
        "A compound question: can the graph render a flow of cash?",
        "Stellar week for crypto as Render farms grow",
        "SEC, CFTC and FBI warn of NFT and AI scams, says CEO",
        "Trump signs crypto order",
        "A dash of waves",
        "US$100 and A$AP prices",
    ],
)
def test_ordinary_words_and_abbreviations_are_no_tokens(title: str) -> None:
    assert found(title) == {}


def test_no_symbol_of_the_catalogue_is_found_in_small_letters() -> None:
    for token in tokens():
        own_name = any(word in token.name.lower().split() for word in [token.symbol.lower()])
        if not own_name:
            assert token.token_id not in found(f"traders talk about {token.symbol.lower()} and its price"), token


def test_ordinary_symbols_in_capitals_are_not_enough_anywhere_in_a_market_text() -> None:
    for word in ("ONE", "GAS", "NEAR", "CAKE", "LINK", "SAND", "OP", "MASK", "ID", "HOT", "FUN", "WIN", "APE", "EPS"):
        assert found(f"Crypto market traders say {word} more thing about price") == {}, word


def test_a_longer_name_hides_the_shorter_one_in_it() -> None:
    assert found("Bitcoin Cash and Ethereum Classic rally") == {"bitcoin-cash": "name", "ethereum-classic": "name"}
    assert found("Bitcoin Cash soars as BTC slides") == {"bitcoin-cash": "name", "bitcoin": "symbol"}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("比特币BTC突破10万美元，以太坊ETH跟涨", {"bitcoin", "ethereum"}),
        ("Цена Bitcoin выросла, $sol падает", {"bitcoin", "solana"}),
        ("ビットコインBTCが急騰", {"bitcoin"}),
        ("ارتفاع سعر BTC إلى مستوى قياسي", {"bitcoin"}),
        ("ＢＴＣ가 상승", {"bitcoin"}),
        ("比特币突破新高", set()),
        ("🚀🚀🚀", set()),
        ("\u202e\u0000", set()),
    ],
)
def test_latin_names_are_found_in_other_scripts(title: str, expected: set[str]) -> None:
    assert set(found(title)) == expected


def test_the_summary_supports_the_title() -> None:
    assert found("Near rallies", "The price of NEAR rose by 4%.") == {"near": "name"}


def test_a_providers_tag_counts_when_names_agree() -> None:
    assert found("A new partnership", None, TokenTag("ADA", "Cardano")) == {"cardano": "tag"}
    assert found("A new partnership", None, TokenTag("ADA", "Ada Lovelace Coin")) == {}
    assert found("A new partnership", None, TokenTag("XYZ", "Unknown")) == {}


def test_a_tag_whose_symbol_is_an_abbreviation_needs_the_text() -> None:
    tag = TokenTag("EPS", "Ellipsis [OLD]", "ellipsis")

    assert found("Lowe’s Companies, Inc. Beats Expectations with $1.1B Net Earnings", None, tag) == {}
    assert found("Ellipsis relaunches", None, tag) == {"ellipsis": "name"}


def test_of_a_shared_symbol_the_one_that_dwarfs_the_others_is_meant_or_none() -> None:
    small = NewsToken("bitcoin-2", "BTC", "Bitcoin Two", 900, Decimal(1000))
    equal = NewsToken("cardano-2", "ADA", "Ada Two", 14, Decimal(10**10))
    finds = recogniser(small, equal)

    assert [each.token_id for each in finds.mentions("$BTC and $ADA surge")] == ["bitcoin"]
    assert [each.token_id for each in finds.mentions("$ADA surges, says Cardano founder")] == ["cardano"]


def test_a_hardly_known_token_needs_more_than_a_word() -> None:
    finds = recogniser(NewsToken("gizmo", "GZM", "Gizmo", 4000, Decimal(1)))

    assert finds.mentions("Gizmo wins a prize") == ()
    assert [each.token_id for each in finds.mentions("Gizmo (GZM) wins a prize")] == ["gizmo"]
    assert [each.token_id for each in finds.mentions("Traders pump $GZM")] == ["gizmo"]
