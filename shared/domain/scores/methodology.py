"""What the scores are made of, published word for word: parts, weights, formulas, and what is needed.

Weights are set by judgement, not fitted: docs/decisions/0021-scores-and-screener.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import get_args

from shared.domain.evidence.reading import evidence
from shared.records.scores import Reason, ScoreName

VERSION = "1"
"""Of formulas and weights together; part of the digest of every run."""
SCORES: tuple[ScoreName, ...] = get_args(ScoreName)
WINSORISED_AT = 2.5
"""Robust deviations from the median, beyond which everybody counts alike."""
PRICED_WITHIN_DAYS = 3
"""Holes so long are bridged by the price before them; a token silent for longer has no score."""
DAYS = 400
"""Completed days that are looked at."""
LEAST_TO_COMPARE = 5
"""Tokens; among fewer a place says nothing."""


@dataclass(frozen=True, slots=True)
class Part:
    """One measure, by which tokens are compared with each other."""

    id: str
    weight: float
    """Of its score, when all parts are known; weights of a score add up to 1."""
    formula: str
    """More of it is better."""
    least_days: int
    """Days of history without which it is unknown."""


@dataclass(frozen=True, slots=True)
class Score:
    """One of the three scores."""

    name: ScoreName
    weight: float
    """In CryptoScore, when all three are known."""
    least_days: int
    least_coverage: float
    """Share of the weights that has to be known."""
    about: str
    parts: tuple[Part, ...]


SHORT = (10, 20, 50)
LONG = (100, 200)
"""Look-backs in days, each with a vote of its own: no single one is known to be the best."""

DURABILITY = Score(
    "durability",
    0.40,
    90,
    0.6,
    "Whether it is likely to be here, and to be sold without loss, in a year.",
    (
        Part("size", 0.25, "log of the median market capitalisation of 30 days", 15),
        Part("liquidity", 0.25, "log of 1 + the median volume of 30 days, in dollars", 15),
        Part("stability", 0.20, "− standard deviation of daily log returns of 90 days", 60),
        Part("drawdown", 0.15, "deepest fall of the close below a former one within 365 days, as log: 0 is none", 90),
        Part("age", 0.15, "log of the days since its first close, 400 at most", 1),
    ),
)
MOMENTUM = Score(
    "momentum",
    0.35,
    50,
    0.5,
    "Whether its price is in an upward trend, by the agreement of several look-backs, in units of its own volatility.",
    (
        Part(
            "averages_short",
            0.25,
            "mean over n = 10, 20, 50 days of tanh(log(close ÷ mean close of n days) ÷ (deviation × √(n ÷ 3)))",
            50,
        ),
        Part("averages_long", 0.25, "the same over n = 100 and 200 days; 200 only where they are known", 100),
        Part(
            "breakouts_short",
            0.25,
            "mean over n = 10, 20, 50 days of 2 × (close − lowest close) ÷ (highest − lowest) − 1",
            50,
        ),
        Part("breakouts_long", 0.25, "the same over n = 100 and 200 days; 200 only where they are known", 100),
    ),
)
VALUATION = Score(
    "valuation",
    0.25,
    90,
    0.5,
    "Whether it is cheap for what it is used for and for what its holders paid.",
    (
        Part(
            "nvt",
            0.30,
            "− log(market capitalisation ÷ mean daily volume of 90 days); traded volume, because no source tells for most "
            "tokens what is transferred",
            90,
        ),
        Part(
            "mvrv",
            0.30,
            "− log(close ÷ what holders paid), estimated: each day the share volume ÷ capitalisation changes hands at the "
            "day's close (Grinblatt & Han 2005)",
            90,
        ),
        Part("cap_to_tvl", 0.20, "− log(market capitalisation ÷ value locked on its chain); tokens of chains only", 1),
        Part(
            "cap_to_fees",
            0.20,
            "− log(market capitalisation ÷ (mean daily fees of its chain, 30 days × 365)); tokens of chains only",
            1,
        ),
    ),
)
ALL: Mapping[ScoreName, Score] = MappingProxyType({score.name: score for score in (DURABILITY, MOMENTUM, VALUATION)})
EXCLUDED_KINDS = ("stablecoin", "wrapped", "staked", "leveraged")
LEAST_COVERAGE = 0.7
"""Of CryptoScore: durability and momentum have to be known."""

NORMALISATION = (
    "Every part is compared across all tokens that are scored on the same day: its distance from their median, in "
    "median absolute deviations × 1.4826 (mean ones × 1.2533 where more than half are equal), is cut off (winsorised) at "
    "±2.5, and 50 + 20 × that is the part's value, 0 to 100. Parts that fewer than 5 tokens have are unknown. A score is the "
    "weighted mean of its known parts: weights of unknown ones are shared among the known in proportion. Each part's "
    "contribution is its value × the weight it had; contributions add up to the score."
)
REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        "excluded": "It follows another price: a stablecoin, a wrapped, staked or leveraged token.",
        "not_priced": "There is no close within the last three completed days.",
        "too_little_history": "It has fewer days of history than the score needs.",
        "never_moved": "Its price has not moved for 90 days: it is not traded.",
        "too_little_known": "Parts with too much of the weight are unknown.",
    }
)


def published() -> dict[str, object]:
    """Return all of this as it is answered."""
    return {
        "version": VERSION,
        "normalisation": NORMALISATION,
        "winsorised_at": WINSORISED_AT,
        "history_days": DAYS,
        "least_coverage": LEAST_COVERAGE,
        "excluded_kinds": list(EXCLUDED_KINDS),
        "reasons": dict(REASONS),
        "scores": [
            {
                "name": score.name,
                "weight": score.weight,
                "about": score.about,
                "least_days": score.least_days,
                "least_coverage": score.least_coverage,
                "parts": [
                    {"id": part.id, "weight": part.weight, "formula": part.formula, "least_days": part.least_days}
                    for part in score.parts
                ],
            }
            for score in ALL.values()
        ],
        "evidence": evidence("scores"),
    }
