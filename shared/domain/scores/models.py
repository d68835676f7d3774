"""What answers about scores look like. They document; PostgreSQL and the service build the answers, and the tests compare the two."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from shared.domain.evidence.models import Evidence
from shared.records.scores import ScoreName

ReasonTold = Literal[
    "excluded", "not_priced", "too_little_history", "never_moved", "too_little_known", "not_scored_yet"
]
KindTold = Literal["plain", "stablecoin", "wrapped", "staked", "leveraged"]

_PART: dict[str, JsonValue] = {
    "id": "size",
    "value": 96.2,
    "weight": 0.25,
    "full_weight": 0.25,
    "contribution": 24.05,
}
_DETAIL: dict[str, JsonValue] = {
    "name": "durability",
    "value": 88.4,
    "weight": 0.4,
    "full_weight": 0.4,
    "contribution": 35.36,
    "coverage": 1.0,
    "reason": None,
    "why": None,
    "missing": [],
    "parts": [_PART],
}
_BITCOIN: dict[str, JsonValue] = {
    "id": "bitcoin",
    "symbol": "BTC",
    "name": "Bitcoin",
    "image": "https://images.example/bitcoin.png",
}
_SCORE = Field(description="0 to 100, 50 is the middle of all tokens; null when it cannot be told.", ge=0, le=100)


class Leader(BaseModel):
    """One token of the leaderboard."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _BITCOIN
                | {
                    "place": 1,
                    "crypto_score": 81.7,
                    "durability": 88.4,
                    "momentum": 76.0,
                    "valuation": 71.3,
                    "price": 67187.34,
                    "change_24h": 1.52,
                    "market_cap": 1317802988326.25,
                }
            ]
        }
    )

    id: str
    symbol: str
    name: str
    image: str | None = Field(description="Address of its picture.")
    place: int = Field(description="By CryptoScore, 1 is the best.", ge=1)
    crypto_score: float | None = _SCORE
    durability: float | None = _SCORE
    momentum: float | None = _SCORE
    valuation: float | None = _SCORE
    price: float | None = Field(description="US dollars, now.")
    change_24h: float | None = Field(description="Percent within 24 hours.")
    market_cap: float | None = Field(description="US dollars.")


class Excluded(BaseModel):
    """A token that has no score by rule."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "tether",
                    "symbol": "USDT",
                    "name": "Tether",
                    "image": None,
                    "kind": "stablecoin",
                    "reason": "excluded",
                }
            ]
        }
    )

    id: str
    symbol: str
    name: str
    image: str | None = Field(description="Address of its picture.")
    kind: KindTold = Field(description="What it is, and why it is excluded: its price follows another.")
    reason: ReasonTold


class ScorePart(BaseModel):
    """One measure and what it gives to its score."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PART]})

    id: str = Field(description="As in `/api/v1/scores/methodology`.")
    value: float | None = Field(description="0 to 100 among all tokens; null when unknown.", ge=0, le=100)
    weight: float = Field(description="The weight it had in its score; 0 when unknown.", ge=0, le=1)
    full_weight: float = Field(description="The weight it has when all parts are known.", gt=0, le=1)
    contribution: float = Field(description="value × weight; the contributions of all parts add up to the score.", ge=0)


class ScoreTold(BaseModel):
    """One of the three scores and what it is made of."""

    model_config = ConfigDict(json_schema_extra={"examples": [_DETAIL]})

    name: ScoreName
    value: float | None = _SCORE
    weight: float = Field(description="The weight it had in CryptoScore; 0 when it is unknown.", ge=0, le=1)
    full_weight: float = Field(description="Its weight when all three are known.", gt=0, le=1)
    contribution: float = Field(description="To CryptoScore: value × weight; the three add up to it.", ge=0)
    coverage: float = Field(description="Share of the weights whose parts are known.", ge=0, le=1)
    reason: ReasonTold | None = Field(description="Why there is no value.")
    why: str | None = Field(description="The same in words.")
    missing: list[str] = Field(description="Parts that are unknown; their weights are shared among the others.")
    parts: list[ScorePart]


class TokenScores(BaseModel):
    """Everything about one token's scores."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _BITCOIN
                | {
                    "kind": "plain",
                    "excluded": False,
                    "crypto_score": 81.7,
                    "place": 1,
                    "reason": None,
                    "why": None,
                    "history_days": 400,
                    "at": "2026-03-01T00:00:00.000Z",
                    "scores": [_DETAIL],
                }
            ]
        }
    )

    id: str
    symbol: str
    name: str
    image: str | None = Field(description="Address of its picture.")
    kind: KindTold | None = Field(description="Everything but `plain` follows another price and is excluded.")
    excluded: bool = Field(description="Whether it is excluded by rule.")
    crypto_score: float | None = _SCORE
    place: int | None = Field(description="By CryptoScore, 1 is the best.", ge=1)
    reason: ReasonTold | None = Field(description="Why there is no CryptoScore.")
    why: str | None = Field(description="The same in words.")
    history_days: int | None = Field(description="Days with a price within the days that are looked at.", ge=0)
    at: datetime | None = Field(description="The end of the last completed day that counts.")
    scores: list[ScoreTold] = Field(description="Durability, momentum and valuation.")


HistoryPoint = tuple[int, float | None, float | None, float | None, float | None]
"""[end of the day in ms, CryptoScore, durability, momentum, valuation]."""


class PartMade(BaseModel):
    """How one part is made."""

    id: str
    weight: float = Field(description="In its score, when all parts are known.", gt=0, le=1)
    formula: str = Field(description="Of the measure that is compared; more is better.")
    least_days: int = Field(description="Days of history without which it is unknown.")


class ScoreMade(BaseModel):
    """How one score is made."""

    name: ScoreName
    weight: float = Field(description="In CryptoScore, when all three are known.", gt=0, le=1)
    about: str
    least_days: int = Field(description="Days of history without which there is none.")
    least_coverage: float = Field(description="Share of the weights that has to be known.")
    parts: list[PartMade]


class Methodology(BaseModel):
    """How all scores are made."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": "1",
                    "normalisation": "Every part is compared across all tokens that are scored on the same day: …",
                    "winsorised_at": 2.5,
                    "history_days": 400,
                    "least_coverage": 0.7,
                    "excluded_kinds": ["stablecoin", "wrapped", "staked", "leveraged"],
                    "reasons": {"never_moved": "Its price has not moved for 90 days: it is not traded."},
                    "scores": [
                        {
                            "name": "durability",
                            "weight": 0.4,
                            "about": "Whether it is likely to be here, and to be sold without loss, in a year.",
                            "least_days": 90,
                            "least_coverage": 0.6,
                            "parts": [
                                {
                                    "id": "size",
                                    "weight": 0.25,
                                    "formula": "log of the median market capitalisation of 30 days",
                                    "least_days": 15,
                                }
                            ],
                        }
                    ],
                    "evidence": {"report": "docs/science/signals.md", "made_on": "2026-11-25", "findings": []},
                }
            ]
        }
    )

    version: str = Field(description="Changes with every formula and weight; kept with every score.")
    normalisation: str
    winsorised_at: float = Field(description="Robust deviations from the median beyond which all count alike.")
    history_days: int = Field(description="Completed days that are looked at.")
    least_coverage: float = Field(description="Share of CryptoScore's weights that has to be known.")
    excluded_kinds: list[KindTold]
    reasons: dict[str, str] = Field(description="Why a score may be null.")
    scores: list[ScoreMade]
    evidence: Evidence = Field(
        description="What came of the tokens that each score ranked highest and lowest on real history. Read it before you follow a score."
    )
