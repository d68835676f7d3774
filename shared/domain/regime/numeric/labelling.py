"""From a history to one judgement for each day: the gauge, how sure it is, what drives it and what would flip it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from shared.domain.panels.panel import DayArray, FloatArray, Panel
from shared.domain.regime.catalogue import FEATURES, Gauge

from .features import Features, Outside, features_of
from .jumps import LEAST_DAYS
from .market import MarketSeries, market_of
from .walking import Stretch, walked

STRONG_PROBABILITY = 0.6
STRONG_EVIDENCE = 0.75
STRONG_CONFLUENCE = 0.6
SETTLED_SHARE = 0.8
SHARPNESS = 2.0
"""A probability of a state falls by e² when it costs a whole band more than another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One day's regime. Where it is unknown all numbers are `None`, and `reason` says why."""

    day: np.datetime64
    coverage: float = 0.0
    """Share of the market's weight that had a return."""
    gauge: Gauge | None = None
    reason: str | None = None
    bull: float | None = None
    neutral: float | None = None
    bear: float | None = None
    evidence: float | None = None
    confluence: float | None = None
    lean: float | None = None
    carried: float | None = None
    contributions: dict[str, float] | None = None
    """By feature; with `carried` they add up to `lean`."""
    values: dict[str, float | None] | None = None
    flips: dict[str, float] | None = None
    """By feature: the value, others as they are, beyond which the other side would be taken; of a neutral market, the side it leans to."""
    easiest: str | None = None
    """The feature that has the shortest way to its flip, in its own spread."""
    features: str | None = None
    penalty: float | None = None
    band: float | None = None
    fitted_before: np.datetime64 | None = None

    @property
    def priced(self) -> bool:
        """Whether the day had a market at all."""
        return self.coverage > 0

    @property
    def settled(self) -> bool:
        """Whether so much of the market is in that the rest changes little."""
        return self.coverage >= SETTLED_SHARE


def judged(panel: Panel, outside: Outside | None = None) -> list[Judgement]:
    """Return a judgement for each day of a panel of tokens with prices of their own; row `d` depends on rows `<= d` alone."""
    market = market_of(panel)
    features = features_of(market, outside)
    found = {row: each for stretch in walked(features, market.log_return) for row, each in _of(stretch, features)}
    every = [found.get(row) or _unknown(market, row) for row in range(len(market.days))]
    return [replace(each, coverage=float(share)) for each, share in zip(every, market.coverage, strict=True)]


def _unknown(market: MarketSeries, row: int) -> Judgement:
    if not np.isfinite(market.log_return[row]):
        return Judgement(day=market.days[row], reason="too few prices of the day are known")
    return Judgement(day=market.days[row], reason=f"needs {LEAST_DAYS} days of a market that moves")


def _of(stretch: Stretch, features: Features) -> Iterator[tuple[int, Judgement]]:
    width = stretch.fit.states[0] - stretch.fit.states[2]
    for at in range(stretch.last - stretch.first):
        row = stretch.first + at
        said = stretch.units[at] * width
        if np.isfinite(said).any():
            yield row, _judgement(stretch, at, features.days, row, np.where(np.isfinite(said), said, 0.0), features)


def _judgement(stretch: Stretch, at: int, days: DayArray, row: int, said: FloatArray, features: Features) -> Judgement:
    bull, neutral, bear = _probabilities(stretch.costs[at], stretch.choice.band)
    side = int(stretch.sides[at])
    names = stretch.fit.names
    flips = _flips(stretch, at, side)
    contributions = dict(zip(names, map(float, said), strict=True))
    confluence = _confluence(contributions, side)
    return Judgement(
        day=days[row],
        gauge=_gauge(side, bull if side > 0 else bear, stretch.evidence, confluence),
        bull=bull,
        neutral=neutral,
        bear=bear,
        evidence=stretch.evidence,
        confluence=confluence,
        lean=float(stretch.lean[at]),
        carried=float(stretch.carried[at]),
        contributions=contributions,
        values={name: _known(features.values[row, features.names.index(name)]) for name in names},
        flips=flips,
        easiest=_easiest(stretch, at, flips),
        features=stretch.choice.features,
        penalty=stretch.choice.penalty,
        band=stretch.choice.band,
        fitted_before=days[stretch.first],
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _probabilities(costs: FloatArray, band: float) -> tuple[float, float, float]:
    odds = np.exp(-SHARPNESS * costs / band)
    bull, neutral, bear = (odds / odds.sum()).tolist()
    return bull, neutral, bear


def _confluence(contributions: dict[str, float], side: int) -> float:
    """Return the share of witnesses that say what the side says, each with one voice however many features it has."""
    voices: dict[str, float] = {}
    for name, said in contributions.items():
        witness = FEATURES[name].witness
        voices[witness] = voices.get(witness, 0.0) + said
    return sum(voice * side > 0 for voice in voices.values()) / len(voices)


def _gauge(side: int, probability: float, evidence: float, confluence: float) -> Gauge:
    if side == 0:
        return "neutral"
    strong = probability >= STRONG_PROBABILITY and evidence >= STRONG_EVIDENCE and confluence >= STRONG_CONFLUENCE
    if side > 0:
        return "strong_bullish" if strong else "bullish"
    return "strong_bearish" if strong else "bearish"


def _flips(stretch: Stretch, at: int, side: int) -> dict[str, float]:
    """Return, for each feature that could do it alone within its bounds, the value at which the other side (or, of none, the nearer) is taken."""
    fit = stretch.fit
    width, root = fit.states[0] - fit.states[2], np.sqrt(len(fit.names))
    band = stretch.choice.band
    goal = -side * band if side else np.copysign(band, stretch.lean[at] or 1.0)
    found = {}
    for column, name in enumerate(fit.names):
        unit = stretch.units[at, column]
        if np.isfinite(unit) and abs(width[column]) > 1e-12:
            needed = unit + (goal - stretch.lean[at]) / width[column]
            if abs(needed * root) <= 3.0:
                found[name] = float(needed * root * fit.scale[column] + fit.centre[column])
    return found


def _easiest(stretch: Stretch, at: int, flips: dict[str, float]) -> str | None:
    fit = stretch.fit
    width = np.abs(fit.states[0] - fit.states[2])
    # The way is the same lean for all of them: the feature that says most for a step of its own goes the shortest.
    return max(flips, key=lambda name: width[fit.names.index(name)], default=None)
