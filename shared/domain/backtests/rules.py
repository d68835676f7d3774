"""From a request as it is stored to the rules of a strategy; needs nothing that describes or validates."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from shared.domain.indices.rules import (
    ByGauge,
    Constant,
    Costs,
    Donchian,
    Exposure,
    MovingAverage,
    Rules,
    TwoStates,
)

_EXPOSURES: Mapping[str, Callable[[Mapping[str, Any]], Exposure]] = {
    "constant": lambda given: Constant(float(given["level"])),
    "gauge": lambda given: ByGauge(tuple(float(each) for each in given["levels"])),  # type: ignore[arg-type]
    "moving_average": lambda given: MovingAverage(int(given["days"])),
    "donchian": lambda given: Donchian(float(given["target_volatility"])),
    "two_states": lambda _: TwoStates(),
}


def rules_of(request: Mapping[str, Any]) -> Rules:
    """Return the rules that a stored request asks for.

    Raises:
        KeyError: a field is missing, or the exposure is of no known kind.
    """
    universe, exposure, costs = request["universe"], request["exposure"], request["costs"]
    return Rules(
        exposure=_EXPOSURES[exposure["kind"]](exposure),
        top=int(universe["top"]),
        only=tuple(universe["only"]),
        never=tuple(universe["never"]),
        weighting=request["weighting"],
        cap=float(request["cap"]),
        rebalance=request["rebalance"],
        delay_days=int(request["delay_days"]),
        costs=Costs(**{name: float(value) for name, value in costs.items()}),
    )


def span_of(request: Mapping[str, Any]) -> tuple[date, date]:
    """Return the first day and the day after the last."""
    return date.fromisoformat(request["from"]), date.fromisoformat(request["to"])
