"""Whether two titles tell the same story."""

from datetime import timedelta

import pytest

from shared.domain.news.titles import Title, TitleIndex, same_story, similarity
from tests.clocks import NOON


def title(text: str, publisher: str = "one.example", hours: float = 0.0) -> Title:
    return Title(f"{publisher} {text}", publisher, NOON + timedelta(hours=hours), text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SEC Approves Valkyrie’s Bitcoin Futures ETF", "SEC approves Valkyrie's Bitcoin futures ETF"),
        (
            "MetaMask Warns Apple Users of iCloud Phishing Attacks",
            "MetaMask warns Apple users over iCloud phishing attacks",
        ),
        ("比特币突破十万美元大关，创下历史新高纪录", "比特币突破十万美元大关，创下历史新高"),
        ("Биткоин обновил исторический максимум", "Биткоин обновил исторический максимум – отчет"),
    ],
)
def test_the_same_story_of_two_publishers_is_seen_in_any_language(one: str, other: str) -> None:
    assert same_story(title(one), title(other, "two.example", hours=47))
    assert not same_story(title(one), title(other, "two.example", hours=49))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Price analysis 2/4: BTC, ETH, BNB, ADA, SOL", "Price analysis 2/2: BTC, ETH, BNB, ADA, SOL"),
        ("Bitcoin hits $50K for the first time", "Bitcoin hits $51K for the first time"),
        ("Fantom and Uniswap rise", "Solana outage enters its second day"),
        ("BTC up", "BTC up"),
    ],
)
def test_other_numbers_other_stories_and_titles_too_short_are_not(one: str, other: str) -> None:
    assert not same_story(title(one), title(other, "two.example"))


def test_one_publishers_titles_have_to_be_almost_equal_and_of_one_day() -> None:
    one = title("Bitcoin and Ethereum Consolidate Gains, AAVE and CHZ Rally")

    assert not same_story(one, title("Bitcoin and Ethereum Consolidate Gains, LUNA and WAVES Rally"))
    assert same_story(one, title("Bitcoin and Ethereum Consolidate Gains: AAVE and CHZ rally", hours=11))
    assert not same_story(one, title("Bitcoin and Ethereum Consolidate Gains, AAVE and CHZ Rally", hours=24))


def test_similarity_is_symmetric_and_one_for_equals() -> None:
    one, other = title("Goldman Sachs Offers a Loan"), title("Goldman Sachs offers first Bitcoin-backed loan")

    assert similarity(one, other) == similarity(other, one)
    assert similarity(one, one) == 1.0


def test_the_index_finds_what_comparing_with_all_finds() -> None:
    texts = [
        f"{subject} {verb} {what}"
        for subject in ("Binance", "Coinbase", "Kraken")
        for verb in ("launches", "delists", "reviews")
        for what in ("a new stablecoin for traders", "an options market for traders", "two privacy coins")
    ]
    stored = [title(text, hours=5 * number) for number, text in enumerate(texts)]
    index = TitleIndex()
    for each in stored:
        index.add(each)

    for text in texts:
        asked = title(f"{text}: report", "two.example", hours=65)
        matching = [each for each in stored if same_story(asked, each)]
        best = max((similarity(asked, each) for each in matching), default=None)
        hit = index.find(asked)
        assert (None if hit is None else similarity(asked, hit)) == best
