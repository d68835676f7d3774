"""The rules of a strategy: what it may hold, how it weighs, when it trades, how much of it is invested, what trading costs."""

from dataclasses import dataclass, field
from typing import Literal

Weighting = Literal["market_cap", "root_market_cap", "equal"]
Rebalance = Literal["never", "daily", "weekly", "monthly", "quarterly"]
Step = Literal[-2, -1, 0, 1, 2]

SLIPPAGE_BP: tuple[tuple[int, float], ...] = ((10, 2.0), (50, 10.0), (100, 25.0))
"""Basis points lost to the spread and to one's own weight, up to a rank by capitalisation: an assumption, not a measurement."""
SLIPPAGE_BEYOND_BP = 50.0
STEPS: tuple[Step, ...] = (-2, -1, 0, 1, 2)
LINEAR = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Share invested at each step of the gauge, from strong bearish to strong bullish; a straight line, so that nothing was chosen by results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What trading costs, as shares of what is traded."""

    fee_bp: float = 10.0
    slippage: float = 1.0
    """Multiplies the slippage by rank."""
    delisting_penalty: float = 0.5
    """Lost of the last price when a token that is held stops trading."""


@dataclass(frozen=True, slots=True)
class Constant:
    """Always the same share invested."""

    level: float = 1.0


@dataclass(frozen=True, slots=True)
class ByGauge:
    """The share invested follows the five-step gauge of the regime."""

    levels: tuple[float, float, float, float, float] = LINEAR


@dataclass(frozen=True, slots=True)
class MovingAverage:
    """Everything while bitcoin closes above its mean of so many days, else nothing."""

    days: int = 200


@dataclass(frozen=True, slots=True)
class Donchian:
    """The mean of breakout systems on bitcoin over nine lookbacks, scaled to a volatility and never over 1."""

    target_volatility: float = 0.25


@dataclass(frozen=True, slots=True)
class TwoStates:
    """The filtered probability of the better of two hidden states of bitcoin's daily returns, above a half or not."""


Exposure = Constant | ByGauge | MovingAverage | Donchian | TwoStates


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One strategy. What is not invested is in USDC, without interest."""

    exposure: Exposure
    top: int = 100
    only: tuple[str, ...] = ()
    """The tokens it chooses from; empty for all."""
    never: tuple[str, ...] = ()
    weighting: Weighting = "market_cap"
    cap: float = 0.25
    """The most that one token has of what is invested."""
    rebalance: Rebalance = "weekly"
    delay_days: int = 0
    """Days that a decision lies before the next open carries it out."""
    costs: Costs = field(default_factory=Costs)
