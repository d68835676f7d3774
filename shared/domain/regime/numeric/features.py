"""Market-wide features: what the jump model sees of each day, made of that day and those before it."""

from dataclasses import dataclass

import numpy as np

from shared.domain.panels.panel import DayArray, FloatArray

from .market import MarketSeries

_YEAR = 365
_SPREAD_DAYS = 90
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What is known of each day besides prices: NaN where nothing was known by its end. Empty where there is none at all."""

    fear_greed: FloatArray
    """0 to 100."""
    stablecoins_usd: FloatArray
    """Value of the stablecoins on the chains that are followed, US dollars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """(days, features), NaN where unknown."""

    days: DayArray
    names: tuple[str, ...]
    values: FloatArray


def features_of(market: MarketSeries, outside: Outside | None = None) -> Features:
    """Return every feature of every day, in the order of `shared/domain/regime/catalogue.py`."""
    made = _from_prices(market) | _from_outside(outside, len(market.days))
    hole = ~np.isfinite(market.log_return)
    values = np.stack([np.where(hole, np.nan, each) for each in made.values()], axis=1)
    return Features(days=market.days, names=tuple(made), values=values)


def _from_prices(market: MarketSeries) -> dict[str, FloatArray]:
    returned = market.log_return
    spread = np.sqrt(faded(np.square(returned), _SPREAD_DAYS))
    fell = np.sqrt(faded(np.square(np.minimum(returned, 0.0)), 20))
    trends = {f"trend_{days}d": _ratio(faded(returned, days), spread) for days in (10, 15, 20)}
    calms = {f"calm_{days}d": -_logarithm(np.sqrt(faded(np.square(returned), days))) for days in (10, 20)}
    made = trends | {"sortino_20d": _ratio(faded(returned, 20), fell)} | calms
    return made | {
        "breadth_5d": faded(market.breadth, 5) - 0.5,
        "breadth_10d": faded(market.breadth, 10) - 0.5,
    }


def _from_outside(outside: Outside | None, days: int) -> dict[str, FloatArray]:
    if outside is None:
        return {name: np.full(days, np.nan) for name in ("fear_greed_5d", "stablecoins_30d")}
    supply = _logarithm(outside.stablecoins_usd)
    grown = np.full(days, np.nan)
    grown[30:] = supply[30:] - supply[:-30]
    return {"fear_greed_5d": faded(outside.fear_greed, 5) / 50 - 1, "stablecoins_30d": grown}


def faded(values: FloatArray, half_life_days: float) -> FloatArray:
    """Return means in which a day counts half as much as one `half_life_days` later; days without a value keep the one before.

    Args:
        values: (days,).
        half_life_days: Above 0.

    Returns:
        (days,), NaN before the first value.
    """
    fade = 0.5 ** (1 / half_life_days)
    total = weight = 0.0
    means = np.full(len(values), np.nan)
    for day, value in enumerate(values.tolist()):
        if value == value:
            total, weight = total * fade + value, weight * fade + 1.0
        if weight:
            means[day] = total / weight
    return means


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Return a quotient; 0 where a market that does not move has nothing to divide by."""
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient = np.where(below > _EPSILON, above / below, 0.0)
    return np.where(np.isfinite(above) & np.isfinite(below), quotient, np.nan)


def _logarithm(values: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(values > _EPSILON, np.log(values), np.nan)
