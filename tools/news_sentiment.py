"""Trains and measures the sentiment of titles on headlines that people labelled: `python -m tools.news_sentiment FILE [--write]`.

FILE is CryptoLin_IE.csv.gz (github.com/manoelgadi/CryptoLin). It is read where it lies; only the weights are kept.
"""

import argparse
import csv
import gzip
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from shared.domain.news import sentiment
from shared.domain.news.sentiment import BASE, features, judged

Floats = NDArray[np.float64]
Weights = dict[str, tuple[float, float]]
Judge = Callable[[str], int]

FOLDS = 5
LEAST_TITLES = 3
"""A word in fewer of them has no weight."""
PENALTY = 4.0
BALANCE = 0.5
"""Classes count by the inverse of their size to this power: 0 not at all, 1 alike."""
PRIOR = 1.0
"""What a word of ours weighs for its side, and less for the other, before any headline is seen."""
# Written down from knowledge of the language of markets, not from the labelled headlines, most of which are about funding.
GOOD = """
soar surge rally rallie jump rise gain climb rebound recover boom record high bullish bull approve approval win victory launch partner partnership adopt adoption
upgrade expand grow growth profit raise secure list listing integrate support boost outperform inflow milestone breakthrough breakout optimism optimistic
invest buy accumulate unveil acquire back success strong strengthen skyrocket top beat
"""
BAD = """
plunge crash tumble slump sink drop fall decline slide dip lose loss bearish bear hack exploit steal stolen theft breach attack scam fraud phish phishing rug
sue lawsuit charge fine ban block reject delay halt suspend freeze seize arrest jail prison indict convict bankrupt bankruptcy insolvent insolvency liquidate liquidation collapse
plummet tank warn warning fear risk crackdown probe investigate investigation subpoena outage down outflow depeg delist dump sell-off selloff sanction layoff shutdown
resign weak threat threaten vulnerability bug ransom ransomware
"""
STEPS = 80
RATE = 0.1
TABLE = Path(sentiment.__file__).with_name("sentiment_weights.json")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A headline and what people thought of it; `vader` is what the library said, as the set has it."""

    day: str
    title: str
    label: int
    vader: int


@dataclass(frozen=True, slots=True)
class Measured:
    """How a judge did; `confusion[i][j]` counts titles labelled i - 1 and judged j - 1."""

    confusion: tuple[tuple[int, ...], ...]

    @property
    def accuracy(self) -> float:
        """The share of titles that were judged as labelled."""
        return sum(self.confusion[i][i] for i in range(3)) / sum(map(sum, self.confusion))

    @property
    def macro_f1(self) -> float:
        """The mean over the classes of the harmonic mean of precision and recall."""
        columns = [sum(row[i] for row in self.confusion) for i in range(3)]
        parts = [2 * self.confusion[i][i] / max(1, columns[i] + sum(self.confusion[i])) for i in range(3)]
        return sum(parts) / 3

    def __str__(self) -> str:
        return f"accuracy {self.accuracy:.3f}  macro-F1 {self.macro_f1:.3f}  confusion {self.confusion}"


def read(file: Path) -> list[Labelled]:
    """Return the headlines, oldest first, each once."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    seen = {row["news"]: row for row in reversed(rows)}
    found = [
        Labelled(row["date"], title, int(row["final_manual_labelling"]), int(float(row["vader_class"])))
        for title, row in seen.items()
    ]
    return sorted(found, key=lambda each: (each.day, each.title))


def trained(titles: Sequence[Labelled]) -> Weights:
    """Return the weights of a multinomial logistic regression, neutral subtracted; the same titles give the same weights.

    Weights are drawn towards those of our own words, others towards zero; words of ours have theirs without any title.
    """
    found = [features(each.title) for each in titles]
    counts = Counter(feature for each in found for feature in each)
    names = sorted(name for name, count in counts.items() if count >= LEAST_TITLES)
    leanings = _leanings()
    names = sorted({*names, *leanings})
    place = {name: index for index, name in enumerate(names, start=1)}
    prior = np.zeros((len(names) + 1, 3))
    for name, leaning in leanings.items():
        prior[place[name]] = (-PRIOR * leaning, 0.0, PRIOR * leaning)
    x = np.zeros((len(titles), len(names) + 1))
    x[:, 0] = 1.0
    for row, each in enumerate(found):
        x[row, [place[name] for name in each if name in place]] = 1.0
    # A title has a dozen of three thousand words: the zeros took nineteen twentieths of the time.
    weights = _descended(csr_array(x), np.array([each.label + 1 for each in titles]), prior)
    negative, positive = weights[:, 0] - weights[:, 1], weights[:, 2] - weights[:, 1]
    return {
        name: (round(float(negative[index]), 3), round(float(positive[index]), 3))
        for name, index in {BASE: 0, **place}.items()
    }


def _leanings() -> dict[str, int]:
    """Return 1 or -1 for each word of ours."""
    sides = {
        feature: side for text, side in ((GOOD, 1), (BAD, -1)) for word in text.split() for feature in features(word)
    }
    return {feature: side for feature, side in sides.items() if not feature.startswith("^")}


def _descended(x: csr_array, labels: NDArray[np.int64], prior: Floats) -> Floats:
    """Full-batch Adam from the prior, a fixed number of steps: no chance in it."""
    wanted = np.eye(3)[labels]
    share = (len(labels) / (3 * np.bincount(labels, minlength=3))) ** BALANCE
    importance = share[labels][:, None]
    weights, mean, square = prior.copy(), np.zeros_like(prior), np.zeros_like(prior)
    for step in range(1, STEPS + 1):
        scores = x @ weights
        odds = np.exp(scores - scores.max(axis=1, keepdims=True))
        gradient = x.T @ ((odds / odds.sum(axis=1, keepdims=True) - wanted) * importance) / len(labels)
        gradient[1:] += PENALTY * (weights - prior)[1:] / len(labels)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        weights -= RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return weights


def judge_of(weights: Weights) -> Judge:
    """Return the judge with these weights."""

    def judge(title: str) -> int:
        known = [weights[name] for name in (BASE, *features(title)) if name in weights]
        return judged(sum(pair[0] for pair in known), sum(pair[1] for pair in known))[0] if len(known) > 1 else 0

    return judge


def measured(titles: Sequence[Labelled], said: Sequence[int]) -> Measured:
    """Return how the sayings compare with the labels."""
    counts = Counter(zip((each.label for each in titles), said, strict=True))
    return Measured(tuple(tuple(counts[(i, j)] for j in (-1, 0, 1)) for i in (-1, 0, 1)))


def cross_validated(titles: Sequence[Labelled]) -> Measured:
    """Return how models do on the fifth of time that each has not seen: neighbours in time tell the same stories."""
    fold = [index * FOLDS // len(titles) for index in range(len(titles))]
    said: list[int] = []
    for number in range(FOLDS):
        judge = judge_of(trained([each for each, own in zip(titles, fold, strict=True) if own != number]))
        said += [judge(each.title) for each, own in zip(titles, fold, strict=True) if own == number]
    return measured(titles, said)


def forward(titles: Sequence[Labelled]) -> Measured:
    """Return how a model of the older seven tenths does on the newer three."""
    cut = len(titles) * 7 // 10
    judge = judge_of(trained(titles[:cut]))
    return measured(titles[cut:], [judge(each.title) for each in titles[cut:]])


def figures(titles: Sequence[Labelled]) -> dict[str, Measured]:
    """Return every figure that the decision page tells."""
    majority = Counter(each.label for each in titles).most_common(1)[0][0]
    return {
        "cross-validated": cross_validated(titles),
        "forward": forward(titles),
        "vader": measured(titles, [each.vader for each in titles]),
        "majority": measured(titles, [majority] * len(titles)),
    }


def write(weights: Weights, titles: Sequence[Labelled]) -> None:
    """Keep the weights beside the module that reads them."""
    told = {
        "method": sentiment.METHOD,
        "source": "Figures learnt from the human labels of CryptoLin (github.com/manoelgadi/CryptoLin); no headline is in here.",
        "made_by": "python -m tools.news_sentiment",
        "titles": len(titles),
    }
    rows = ",\n".join(json.dumps([name, *pair]) for name, pair in weights.items())
    head = json.dumps(told, indent=1).removesuffix("\n}")
    TABLE.write_text(f'{head},\n "weights": [\n{rows}\n ]\n}}\n', encoding="utf-8")


def main() -> None:
    """Measure, and with `--write` train on everything and keep the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    titles = read(arguments.file)
    print(f"{len(titles)} headlines, {titles[0].day} to {titles[-1].day}")
    for name, figure in figures(titles).items():
        print(f"{name:16}{figure}")
    if arguments.write:
        weights = trained(titles)
        write(weights, titles)
        print(f"{len(weights)} weights in {TABLE}")


if __name__ == "__main__":
    main()
