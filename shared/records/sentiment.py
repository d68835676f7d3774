"""How fearful or greedy a market is, in the normal form of every source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

IndexName = Literal["alternative_me", "cryptoprism"]
Mood = Literal["extreme_fear", "fear", "neutral", "greed", "extreme_greed"]
ComponentName = Literal["volatility", "momentum", "volume", "dominance", "breadth", "news"]

_UPPER_ENDS: tuple[tuple[Decimal, Mood], ...] = (
    (Decimal("25.5"), "extreme_fear"),
    (Decimal("46.5"), "fear"),
    (Decimal("54.5"), "neutral"),
    (Decimal("75.5"), "greed"),
)
"""Whole values up to 25, 46, 54 and 75, as Alternative.me has classified eight years of them without exception."""


def mood_of(value: Decimal) -> Mood:
    """Return the class of an index value from 0 to 100."""
    return next((mood for end, mood in _UPPER_ENDS if value < end), "extreme_greed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part of an index: its own value from 0 (fear) to 100 (greed), and its share in the whole."""

    value: Decimal
    weight: Decimal
    """The weight it had in this value; those of all components add up to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentRecord:
    """One value of one index."""

    index: IndexName
    at: datetime
    """The moment it speaks of: the beginning of the day, or the hour, that it is the value of."""
    value: Decimal
    """0 is extreme fear, 100 extreme greed."""
    provider: str
    fetched_at: datetime
    components: Mapping[ComponentName, Component] = field(default_factory=lambda: MappingProxyType({}))
    """What it was made of; empty where the source does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsMood:
    """What the news of the last days sound like."""

    token_id: str | None
    """`None` for the market as a whole."""
    score: Decimal
    """Mean over the articles, −1 (all negative) to 1 (all positive)."""
    articles: int
