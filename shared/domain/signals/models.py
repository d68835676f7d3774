"""What answers about tokens' signals look like. They document; PostgreSQL and the service build the answers, and the tests compare the two."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from shared.domain.datapoints.catalogue import Category
from shared.domain.datapoints.catalogue import Direction as Sign
from shared.domain.datapoints.kinds import Kind

from .rules import Direction, Strength, Voting

_HEAT: dict[str, JsonValue] = {"score": 0.42, "confidence": 0.61, "known": 35}
_NAMED: dict[str, JsonValue] = {"id": "bitcoin", "symbol": "BTC", "name": "Bitcoin", "rank": 1}
_SCORE = Field(description="-1 is as bearish, 1 as bullish as can be; null where nothing is known.", ge=-1, le=1)


def like(example: dict[str, JsonValue]) -> ConfigDict:
    """Return the configuration of a model with an example."""
    return ConfigDict(json_schema_extra={"examples": [example]})


class CategoryScore(BaseModel):
    """What one category says."""

    model_config = like(_HEAT)

    score: float | None = _SCORE
    confidence: float = Field(
        description="Share of its data points that are known, times how little they contradict each other; 0 to 1.",
        ge=0,
        le=1,
    )
    known: int = Field(description="How many of its data points that have a direction are known.", ge=0)


Categories = dict[Voting, CategoryScore]


class _Named(BaseModel):
    id: str = Field(description="Slug of the token.")
    symbol: str = Field(description="Ticker, which several tokens may share.")
    name: str = Field(description="Name of the token.")
    rank: int | None = Field(description="By market capitalisation, from 1; null when that is unknown.")


class HeatRow(_Named):
    """One token of the heatmap."""

    model_config = like(_NAMED | {"composite": 0.31, "categories": {"momentum": _HEAT}})

    composite: float | None = Field(
        description="Mean of the scores by confidence; null where nothing is known.", ge=-1, le=1
    )
    categories: Categories = Field(description="The six categories that vote.")


class Consensus(_Named):
    """Which categories agree about one token."""

    model_config = like(
        _NAMED
        | {
            "direction": "bullish",
            "composite": 0.31,
            "agreeing": ["momentum", "structure", "sentiment"],
            "effective_categories": 1.83,
            "conflicts": ["flows"],
        }
    )

    direction: Direction | None = Field(description="Of the composite; null where nothing is known.")
    composite: float | None = _SCORE
    agreeing: list[Voting] = Field(description="Categories that say the same, beyond 0.15 and confident.")
    effective_categories: float = Field(
        description="Independent votes that they amount to: correlated ones count less. (Σw)² ÷ wᵀRw.", ge=0, le=6
    )
    conflicts: list[Voting] = Field(description="Categories that say the contrary.")


class Divergence(_Named):
    """On-chain activity against the chart."""

    model_config = like(
        _NAMED
        | {
            "on_chain": 0.44,
            "technical": -0.35,
            "direction": "bullish",
            "strength": 0.395,
            "confidence": 0.5,
            "since": "2026-03-01T12:00:00.000Z",
        }
    )

    on_chain: float = Field(description="Score of the on-chain category.", ge=-1, le=1)
    technical: float = Field(description="Mean score of momentum and structure.", ge=-1, le=1)
    direction: Direction = Field(description="Of the on-chain category.")
    strength: float = Field(description="Half of how far the two are apart, 0 to 1.", ge=0, le=1)
    confidence: float = Field(description="The lesser of the two.", ge=0, le=1)
    since: datetime = Field(description="Since when they diverge this way without a break, as seen every five minutes.")


class DataPointInfo(BaseModel):
    """One data point of the catalogue."""

    model_config = like(
        {
            "id": "rsi_14",
            "category": "momentum",
            "formula": "100 × mean rise ÷ (mean rise + mean fall), Wilder's averages of 14 days",
            "unit": "0 to 100",
            "source": "daily closes",
            "horizon_days": 14,
            "direction": "up",
            "neutral": 50,
            "scale": 15,
            "minimum_days": 15,
        }
    )

    id: str = Field(description="Name of the data point.")
    category: Category = Field(description="One of seven.")
    formula: str = Field(description="How it is made.")
    unit: str = Field(description="Of the value.")
    source: str = Field(description="What it is made of.")
    horizon_days: int = Field(description="How far back it looks; 0 is now.", ge=0)
    direction: Sign = Field(description="`up`: more of it is bullish; `down`: bearish; `none`: it has no vote.")
    neutral: float = Field(description="A value that says nothing either way.")
    scale: float = Field(description="Its vote is direction × tanh((value − neutral) ÷ scale).", gt=0)
    minimum_days: int = Field(description="Days of history without which it is null.", ge=0)


class DataPointValue(BaseModel):
    """One data point of one token."""

    model_config = like(
        {"id": "rsi_14", "category": "momentum", "value": 61.2, "unit": "0 to 100", "contribution": 0.0052}
    )

    id: str = Field(description="Name of the data point.")
    category: Category = Field(description="One of seven.")
    value: float | None = Field(description="In its unit; null when it cannot be known.")
    unit: str = Field(description="Of the value.")
    contribution: float | None = Field(
        description="What it adds to the composite; all of them add up to it. Null without a vote."
    )


class Verdict(BaseModel):
    """What the data points of one token say together."""

    model_config = like(
        {
            "direction": "bullish",
            "strength": "moderate",
            "composite": 0.41,
            "agreeing": ["momentum", "structure", "sentiment"],
            "conflicts": [],
            "effective_categories": 1.83,
            "withheld": [],
            "position": 0.08,
            "kind": "plain",
            "categories": {"momentum": _HEAT},
        }
    )

    direction: Direction | None = Field(description="Of the composite; null where nothing is known.")
    strength: Strength | None = Field(description="Of the signal; null where none is given.")
    composite: float | None = _SCORE
    agreeing: list[Voting] = Field(description="Categories that agree.")
    conflicts: list[Voting] = Field(description="Categories that say the contrary.")
    effective_categories: float = Field(description="Independent votes among those that agree.", ge=0, le=6)
    withheld: list[Literal["contradicted", "follows_another", "illiquid", "price_old"]] = Field(
        description="Why what would have been a signal is none."
    )
    position: float | None = Field(
        description="Suggested share of a portfolio, by volatility; null without a signal or where that is unknown.",
        ge=0,
        le=1,
    )
    kind: Kind = Field(description="What the token is; only plain ones get signals.")
    categories: Categories = Field(description="The six categories that vote.")


class Signal(BaseModel):
    """A signal as it stands in the log; numbers are text, as they were hashed."""

    model_config = like({"token_id": "bitcoin", "direction": "bullish", "strength": "moderate", "score": "0.4102"})

    token_id: str = Field(description="Slug of the token.")
    emitted_at: datetime = Field(description="When it was emitted.")
    direction: Direction = Field(description="Which way the price is expected to move.")
    strength: Strength = Field(description="One of five.")
    score: str = Field(description="The composite.")
    effective_categories: str = Field(description="Independent votes that agreed.")
    categories: dict[Voting, str] = Field(description="Scores of the categories.")
    probability: str = Field(description="That the price moves this way, by the record of its strength until then.")
    horizon_days: str = Field(description="After so many days it is graded.")
    price_usd: str = Field(description="Price when it was emitted.")
    position: str | None = Field(description="Suggested share of a portfolio.")
    inputs: str = Field(description="SHA-256 of the values of the token's data points, as little-endian doubles.")
    code: str = Field(description="Versions of the formulas and rules.")


class TokenSignals(BaseModel):
    """Everything about one token."""

    model_config = like({"id": "bitcoin", "symbol": "BTC", "name": "Bitcoin", "day": "2026-02-28", "version": "1"})

    id: str = Field(description="Slug of the token.")
    symbol: str = Field(description="Ticker.")
    name: str = Field(description="Name of the token.")
    computed_at: datetime | None = Field(description="When; null for a token that is not quoted.")
    day: date | None = Field(description="The last completed day that daily data points are of.")
    version: str | None = Field(description="Of the formulas.")
    inputs: str | None = Field(description="SHA-256 of all values.")
    datapoints: list[DataPointValue] = Field(description="All data points, in the order of the catalogue.")
    verdict: Verdict | None = Field(description="What they say together; null for a token that is not quoted.")
    last_signal: Signal | None = Field(description="The last signal that was emitted for it.")


class SignalDay(BaseModel):
    """What was said of one token after a day's close."""

    model_config = like(
        {
            "at": 1772323200000,
            "known_at": 1772323320000,
            "composite": 0.31,
            "scores": [0.42, None, 0.2, None, None, 0.1],
        }
    )

    at: int = Field(description="End of the day, milliseconds.")
    known_at: int = Field(description="When it was computed, milliseconds.")
    composite: float | None = _SCORE
    scores: list[float | None] = Field(description="Of the categories, in the order of `meta.categories`.")
