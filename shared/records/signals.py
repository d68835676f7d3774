"""A signal as it was emitted, in the form in which the log is hashed, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Emission:
    """One signal on its way into the log."""

    token_id: str
    direction: str
    """`bullish` or `bearish`."""
    strength: str
    score: Decimal
    """The composite, -1 to 1."""
    effective: Decimal
    """Independent votes that agree."""
    categories: Mapping[str, Decimal]
    """Score by category, as far as known."""
    price_usd: str
    """Digit for digit, as quoted when it was emitted."""
    position: Decimal | None
    """Suggested share of a portfolio; `None` where the volatility is unknown."""
    inputs: str
    """SHA-256 of the values of all data points of the token."""
    code: str
    """Versions of the formulas and of the rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastEmission:
    """What the log said last of a token."""

    direction: str
    strength: str
    emitted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A signal whose horizon is over."""

    emitted_at: datetime
    direction: str
    strength: str
    score: float
    probability: float
    """That the price would have moved the signal's way, as stated when it was emitted."""
    entry_usd: float
    exit_usd: float
    lost: bool


def body_of(emission: Emission, *, at: datetime, probability: Decimal, horizon_days: int) -> dict[str, object]:
    """Return what is hashed: text throughout, so that it comes back the same."""
    return {
        "token_id": emission.token_id,
        "emitted_at": at.isoformat(),
        "direction": emission.direction,
        "strength": emission.strength,
        "score": str(emission.score),
        "effective_categories": str(emission.effective),
        "categories": {name: str(score) for name, score in emission.categories.items()},
        "probability": str(probability),
        "horizon_days": str(horizon_days),
        "price_usd": emission.price_usd,
        "position": None if emission.position is None else str(emission.position),
        "inputs": emission.inputs,
        "code": emission.code,
    }
