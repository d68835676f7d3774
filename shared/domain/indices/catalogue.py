"""The indices that are kept: prism-100 and the baselines that it has to beat under the same costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from .rules import ByGauge, Constant, Donchian, MovingAverage, Rules, TwoStates

DATASET = "refresh_indices"
LEADER = "bitcoin"
MAIN = "prism-100"
BENCHMARK = "top-100-hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One index: what it is called and by which rules it is kept."""

    id: str
    name: str
    kind: Literal["index", "baseline"]
    description: str
    rules: Rules


def _bitcoin(rules: Rules) -> Rules:
    return Rules(exposure=rules.exposure, only=(LEADER,), top=1, cap=1.0, weighting="equal", rebalance=rules.rebalance)


_ALL = (
    Index(
        id=MAIN,
        name="Prism 100",
        kind="index",
        description=(
            "The 100 largest tokens, none over 25 %, chosen every Sunday at the close; the regime's gauge says how much is invested "
            "(0, 25, 50, 75, 100 % from strong bearish to strong bullish), the rest is USDC."
        ),
        rules=Rules(exposure=ByGauge()),
    ),
    Index(
        id=BENCHMARK,
        name="Top 100, always invested",
        kind="baseline",
        description="The same 100 tokens with the same cap and days, whatever the regime.",
        rules=Rules(exposure=Constant()),
    ),
    Index(
        id="btc-hold",
        name="Bitcoin, bought and held",
        kind="baseline",
        description="Bitcoin bought once.",
        rules=_bitcoin(Rules(exposure=Constant(), rebalance="never")),
    ),
    Index(
        id="btc-usdc-50-50",
        name="Half bitcoin, half USDC",
        kind="baseline",
        description="Brought back to halves at the end of each month.",
        rules=_bitcoin(Rules(exposure=Constant(0.5), rebalance="monthly")),
    ),
    Index(
        id="btc-200-day",
        name="Bitcoin above its 200-day mean",
        kind="baseline",
        description="Bitcoin while it closes above its mean of 200 days, else USDC.",
        rules=_bitcoin(Rules(exposure=MovingAverage(200), rebalance="never")),
    ),
    Index(
        id="btc-donchian",
        name="Bitcoin breakouts at 25 % volatility",
        kind="baseline",
        description="The mean of breakout systems over nine lookbacks of 5 to 360 days, scaled to a volatility of 25 % a year, without leverage.",
        rules=_bitcoin(Rules(exposure=Donchian(), rebalance="never")),
    ),
    Index(
        id="btc-two-states",
        name="Bitcoin by a two-state hidden Markov model",
        kind="baseline",
        description="Bitcoin while the better of two hidden states of its daily returns is the more probable one, fitted to the past only.",
        rules=_bitcoin(Rules(exposure=TwoStates(), rebalance="never")),
    ),
)

INDICES: Mapping[str, Index] = MappingProxyType({index.id: index for index in _ALL})
"""By id, in the order in which they are listed."""
