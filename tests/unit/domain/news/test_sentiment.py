"""How titles sound, and that the figures told about it are those that are measured."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from shared.domain.news.sentiment import METHOD, features, judged, sentiment_of
from tests.recordings import RECORDED, needs_recordings
from tools import news_sentiment

LABELS = RECORDED / "news_cryptolin_human_labels" / "CryptoLin_IE.csv.gz"
PAGE = Path(__file__).parents[4] / "docs" / "decisions" / "0010-news.md"


@pytest.mark.parametrize(
    ("title", "flag"),
    [
        ("Bitcoin soars to record high", 1),
        ("Kraken raises $200 million", 1),
        ("Hackers steal $100M from bridge", -1),
        ("Bitcoin plunges 20% as markets crash", -1),
        ("How does staking work?", 0),
        ("Qwertyuiop", 0),
        ("", 0),
    ],
)
def test_plain_cases_are_judged_as_anybody_would(title: str, flag: int) -> None:
    found = sentiment_of(title)

    assert found is not None
    assert (found.flag, found.method) == (flag, METHOD)
    assert -1 <= found.score <= 1


@pytest.mark.parametrize(
    "title", ["比特币突破新高", "Цена биткоина растет", "ビットコインBTCが5%上昇", "ارتفاع سعر BTC إلى مستوى قياسي"]
)
def test_other_scripts_are_not_judged(title: str) -> None:
    assert sentiment_of(title) is None


def test_score_and_flag_are_of_one_mind() -> None:
    assert judged(0.0, 0.0) == (0, 0.0)
    assert judged(2.0, -1.0)[0] == -1
    assert judged(-1.0, 2.0)[0] == 1
    assert judged(1.0, 1.0) == (0, 0.0)
    assert judged(900.0, 899.0)[0] == -1


def test_features_are_words_without_endings_and_kinds_of_amounts() -> None:
    assert features("Hackers’ losses: $5M, 20% and 3 exchanges") == [
        "<money>",
        "<number>",
        "<percent>",
        "^hacker",
        "and",
        "exchang",
        "hacker",
        "loss",
    ]


def test_scores_have_three_digits() -> None:
    found = sentiment_of("Bitcoin soars to record high")

    assert found is not None
    assert found.score == found.score.quantize(Decimal("0.001"))


@needs_recordings
def test_measured_figures_are_those_of_the_page() -> None:
    """Cross-validated in five stretches of time, and forward: never on what was learnt from."""
    titles = news_sentiment.read(LABELS)
    figures = news_sentiment.figures(titles)
    told = dict(re.findall(r"^\| `([a-z-]+)` \| ([0-9. |]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))

    assert set(told) == set(figures)
    for name, figure in figures.items():
        accuracy, macro_f1 = (float(part) for part in told[name].split("|"))
        assert figure.accuracy == pytest.approx(accuracy, abs=0.006), name
        assert figure.macro_f1 == pytest.approx(macro_f1, abs=0.006), name
    assert figures["cross-validated"].accuracy > max(figures["majority"].accuracy, figures["vader"].accuracy) + 0.1
    assert figures["cross-validated"].macro_f1 > figures["vader"].macro_f1 + 0.1


@needs_recordings
def test_the_weights_kept_are_those_that_training_gives() -> None:
    titles = news_sentiment.read(LABELS)
    judge = news_sentiment.judge_of(news_sentiment.trained(titles))

    agreed = sum((found := sentiment_of(each.title)) is not None and found.flag == judge(each.title) for each in titles)
    assert agreed >= 0.995 * len(titles)
