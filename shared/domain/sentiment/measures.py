"""What the components are measured on, as read from storage, and the scores of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.records.sentiment import ComponentName, NewsMood

from . import scores

DAYS = scores.LONG_DAYS + 1
"""Daily prices to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMeasures:
    """One token's daily prices and changes."""

    closes: Sequence[float]
    """Daily prices of the last 91 days in US dollars, oldest first; days without one are left out."""
    volumes: Sequence[float | None]
    """Traded within 24 hours, of the same days."""
    change_7d_pct: float | None
    change_30d_pct: float | None
    priced_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketMeasures:
    """Bitcoin, which leads, and the market around it."""

    bitcoin: TokenMeasures
    shares_pct: Sequence[float]
    """Bitcoin's share of the market's capitalisation, a mean for each day, oldest first."""
    rising: int
    """Of the hundred largest tokens, those that rose by over 1 % within a week; stablecoins never do."""
    falling: int


def token_scores(measures: TokenMeasures, mood: NewsMood | None) -> dict[ComponentName, float | None]:
    """Return the components of one token."""
    return {
        "volatility": scores.volatility_score(measures.closes),
        "momentum": scores.momentum_score(measures.change_7d_pct, measures.change_30d_pct),
        "volume": scores.volume_score(measures.closes, measures.volumes),
        "news": None if mood is None else scores.news_score(float(mood.score), mood.articles),
    }


def market_scores(measures: MarketMeasures, mood: NewsMood | None) -> Mapping[ComponentName, float | None]:
    """Return the components of the market."""
    return token_scores(measures.bitcoin, mood) | {
        "dominance": scores.dominance_score(measures.shares_pct),
        "breadth": scores.breadth_score(measures.rising, measures.falling),
    }
