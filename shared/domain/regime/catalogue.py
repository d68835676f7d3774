"""The features of the regime: what each is, and which of them are one and the same witness. No numbers, so that readers may import it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

VERSION = "regime-2"
"""Grows when features, fits or the gauge change: rows of two versions are two opinions."""

Gauge = Literal["strong_bearish", "bearish", "neutral", "bullish", "strong_bullish"]
GAUGES: tuple[Gauge, ...] = ("strong_bearish", "bearish", "neutral", "bullish", "strong_bullish")
Witness = Literal["trend", "risk", "breadth", "volume", "sentiment", "on_chain"]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of the market."""

    witness: Witness
    """Features of one witness speak of the same thing and have one voice together."""
    meaning: str
    centred: bool = False
    """Whether only its distance from its own mean says anything; else zero is the middle."""


FEATURES: Mapping[str, Feature] = MappingProxyType(
    {
        "trend_10d": Feature("trend", "mean daily return of half-life 10 days ÷ spread of returns of half-life 90"),
        "trend_15d": Feature("trend", "mean daily return of half-life 15 days ÷ spread of returns of half-life 90"),
        "trend_20d": Feature("trend", "mean daily return of half-life 20 days ÷ spread of returns of half-life 90"),
        "sortino_20d": Feature("risk", "mean daily return ÷ downside deviation, both of half-life 20 days"),
        "calm_10d": Feature("risk", "−log of the spread of returns of half-life 10 days", centred=True),
        "calm_20d": Feature("risk", "−log of the spread of returns of half-life 20 days", centred=True),
        "breadth_5d": Feature("breadth", "share of tokens above their mean of 20 days, of half-life 5, less one half"),
        "breadth_10d": Feature(
            "breadth", "share of tokens above their mean of 20 days, of half-life 10, less one half"
        ),
        "fear_greed_5d": Feature("sentiment", "fear and greed of half-life 5 days, −1 to 1"),
        "stablecoins_30d": Feature("on_chain", "log change of the stablecoins' value in 30 days", centred=True),
    }
)

_PRICES = ("trend_15d", "breadth_10d", "calm_10d")
SETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "prices": _PRICES,
        "with_outside": (*_PRICES, "fear_greed_5d", "stablecoins_30d"),
        "trend_and_calm": ("trend_15d", "calm_10d"),
        "two_trends": ("trend_10d", "trend_20d", "calm_10d"),
        "sortino": ("trend_15d", "sortino_20d", "breadth_5d", "calm_20d"),
        "trend": ("trend_15d",),
    }
)
"""Among these sets, penalties and bands the walk-forward chooses; the first of each stands until another is clearly worth more."""
PENALTIES = (0.25, 0.5, 1.0)
BANDS = (0.85, 1.0, 0.7)
