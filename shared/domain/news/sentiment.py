"""How a title sounds: -1, 0 or 1, by a linear model of its words.

A title's words, and its first word once more, each have a weight for *negative* and for *positive*, against neutral with weight
zero; the sums become probabilities (softmax). The flag is the likeliest of the three, the score positive less negative, -1 to 1.
A title without a word that the model knows has the flag 0; one in another script than Latin has none, because the model knows
English only. How the weights came to be and how good they are: docs/decisions/0010-news.md.
"""

import json
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

Flag = Literal[-1, 0, 1]

METHOD = "word-weights-1"
"""Named in every answer; other words or weights are another method."""
BASE = "(base)"
"""The weight that every title has."""
_WEIGHTS = Path(__file__).with_name("sentiment_weights.json")
_SIZES = r"(?:[kmbt]n?\b|thousand|million|billion|trillion)"
_MONEY = re.compile(rf"[$€£]\s?\d[\d,.]*\s?{_SIZES}?|\b\d[\d,.]*\s?(?:million|billion|trillion)\b")
_PERCENT = re.compile(r"\d[\d,.]*\s?(?:%|percent|per cent)")
_NUMBER = re.compile(r"\d[\d,.]*")
_WORD = re.compile(r"<[a-z]+>|[a-z]+(?:['’][a-z]+)?")
_ENDINGS = (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))


@dataclass(frozen=True, slots=True)
class Sentiment:
    """What one method makes of a title."""

    flag: Flag
    score: Decimal
    """-1 to 1, three digits."""
    method: str


def sentiment_of(title: str) -> Sentiment | None:
    """Return how a title sounds; `None` when it is in another script."""
    if not _is_latin(title):
        return None
    weights = _weights()
    known = [weights[feature] for feature in features(title) if feature in weights]
    if not known:
        return Sentiment(0, Decimal(0), METHOD)
    negative, positive = (sum(pair[side] for pair in [weights[BASE], *known]) for side in (0, 1))
    flag, score = judged(negative, positive)
    return Sentiment(flag, Decimal(f"{score:.3f}"), METHOD)


def judged(negative: float, positive: float) -> tuple[Flag, float]:
    """Return flag and score of the two sums; of equal ones neutral comes first."""
    highest = max(negative, positive, 0.0)
    parts = [math.exp(each - highest) for each in (negative, 0.0, positive)]
    flag: Flag = 1 if positive > max(negative, 0.0) else -1 if negative > 0.0 and negative > positive else 0
    return flag, (parts[2] - parts[0]) / sum(parts)


def features(title: str) -> Sequence[str]:
    """Return the words of a title without their endings, each once and sorted; `^word` is the first; amounts are kinds."""
    words = list(_words(title))
    return sorted({*words, *(f"^{word}" for word in words[:1])})


def _words(title: str) -> Iterator[str]:
    text = unicodedata.normalize("NFKC", title).lower()
    for pattern, kind in ((_MONEY, " <money> "), (_PERCENT, " <percent> "), (_NUMBER, " <number> ")):
        text = pattern.sub(kind, text)
    return map(_without_ending, _WORD.findall(text))


def _without_ending(word: str) -> str:
    if word.startswith("<") or len(word) < 5:
        return word
    word = word.removesuffix("'s").removesuffix("’s")
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word.removesuffix(ending) + instead
    return word


def _is_latin(title: str) -> bool:
    letters = [each for each in title if each.isalpha()]
    return sum(each.isascii() for each in letters) * 4 >= len(letters) * 3


@cache
def _weights() -> Mapping[str, tuple[float, float]]:
    """Return (negative, positive) by feature."""
    table = json.loads(_WEIGHTS.read_text(encoding="utf-8"))
    return {feature: (negative, positive) for feature, negative, positive in table["weights"]}
