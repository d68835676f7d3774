"""What a model predicts of one token, and what came of it."""

from dataclasses import dataclass
from typing import Literal

Unpredicted = Literal["follows_another", "too_little_known"]
"""Why there is no prediction: its price is made by something else, or data points that the model requires are unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Where the relative return is expected to lie, percent."""

    coverage: float
    """The share of cases that it is made to hold."""
    lower_pct: float
    upper_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One data point's part in a probability."""

    id: str
    value: float | None
    """`None` when unknown: the model has an opinion on that, too."""
    contribution: float
    """To the log odds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What the log odds of a probability are made of: `base`, `parts` and `others` add up to them."""

    log_odds: float
    base: float
    """The same for every token."""
    parts: tuple[Part, ...]
    """Largest first, whichever way they point."""
    others: float
    """All other data points together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a model says."""

    probability: float
    """Of returning more than the market."""
    expected_return_pct: float
    """Median of the relative return."""
    intervals: tuple[Interval, ...]
    """Narrowest first."""
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrediction:
    """One token's; without a forecast there is a reason."""

    token_id: str
    forecast: Forecast | None
    reason: Unpredicted | None
