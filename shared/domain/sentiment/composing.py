"""One value of several components: their mean by published weights, renormalised over those that are known. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from shared.records.sentiment import Component, ComponentName

WEIGHTS: Mapping[ComponentName, Decimal] = MappingProxyType(
    {
        "volatility": Decimal("0.25"),
        "momentum": Decimal("0.25"),
        "volume": Decimal("0.15"),
        "dominance": Decimal("0.10"),
        "breadth": Decimal("0.15"),
        "news": Decimal("0.10"),
    }
)
"""Of the market's index. They are set by judgement, not fitted: docs/decisions/0011-fear-and-greed.md."""
OF_A_TOKEN: tuple[ComponentName, ...] = ("volatility", "momentum", "volume", "news")
LEAST_COVERAGE = Decimal("0.4")
"""Share of the weights that has to be known; from less no index is made."""
_CENT = Decimal("0.01")
_SHARE = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Composite:
    """An index value and what it was made of."""

    value: Decimal
    """0 to 100, with two decimals."""
    coverage: Decimal
    """Share of the weights whose components were known, above 0 to 1."""
    components: Mapping[ComponentName, Component]


def composed(
    scores: Mapping[ComponentName, float | None], *, of: tuple[ComponentName, ...] = tuple(WEIGHTS)
) -> Composite | None:
    """Return the weighted mean of the known components, `None` when too few are known.

    Args:
        scores: 0 to 100 each; what is missing or `None` is unknown, which is never taken for 0 or 50.
        of: The components that there might be.
    """
    known = {name: Decimal(repr(score)) for name in of if (score := scores.get(name)) is not None}
    weighed = sum((WEIGHTS[name] for name in known), Decimal(0))
    coverage = weighed / sum(WEIGHTS[name] for name in of)
    if coverage < LEAST_COVERAGE:
        return None
    value = sum((WEIGHTS[name] * score for name, score in known.items()), Decimal(0)) / weighed
    components = {
        name: Component(value=score.quantize(_CENT), weight=(WEIGHTS[name] / weighed).quantize(_SHARE))
        for name, score in known.items()
    }
    return Composite(min(max(value, Decimal(0)), Decimal(100)).quantize(_CENT), coverage.quantize(_SHARE), components)
