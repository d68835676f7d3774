"""Where a simulation stands at the end of a day: enough to go on from, in another process, with the same result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shared.domain.panels.panel import FloatArray

Reason = Literal["rebalance", "exposure", "delayed", "delisting", "redenomination"]
BASE = 1_000.0
"""USDC that every index begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One entry of the log: what was traded, or happened to what is held."""

    day: np.datetime64
    token_id: str
    reason: Reason
    units: float
    """Bought; negative when sold. The new number of coins for a redenomination."""
    price: float
    """Before slippage."""
    fee: float
    slippage: float
    """USDC lost to slippage, or to the penalty of a delisting."""

    @property
    def value(self) -> float:
        """Return what was traded, before costs."""
        return abs(self.units) * self.price


@dataclass(slots=True)
class Standing:
    """The state of a simulation; arrays are by token of one market."""

    units: FloatArray
    waiting: NDArray[np.bool_]
    """To be sold as soon as there is a price."""
    cash: float = BASE
    acted: float = 0.0
    """The share invested that was last decided."""
    orders: list[tuple[np.datetime64, Reason, FloatArray]] = field(default_factory=list)
    """Decided and not yet carried out: the day of the open, why, the weights."""

    @classmethod
    def fresh(cls, tokens: int) -> "Standing":
        """Return the state before the first day."""
        return cls(np.zeros(tokens), np.zeros(tokens, dtype=bool))


def packed(standing: Standing, token_ids: tuple[str, ...]) -> dict[str, object]:
    """Return the state as JSON can hold it, floats exactly."""
    held = np.flatnonzero(standing.units)
    return {
        "cash": standing.cash,
        "acted": standing.acted,
        "units": {token_ids[at]: float(standing.units[at]) for at in held},
        "waiting": [token_ids[at] for at in np.flatnonzero(standing.waiting)],
        "orders": [
            {
                "day": str(day),
                "reason": reason,
                "weights": {token_ids[at]: float(weights[at]) for at in np.flatnonzero(weights)},
            }
            for day, reason, weights in standing.orders
        ],
    }


def unpacked(fields: Mapping[str, object], token_ids: tuple[str, ...]) -> Standing:
    """Return the state that `packed` wrote, for a market of these tokens.

    Raises:
        KeyError: a token that is held or ordered is not in the market.
    """
    places = {name: at for at, name in enumerate(token_ids)}

    def spread(values: Mapping[str, float]) -> FloatArray:
        result = np.zeros(len(token_ids))
        for name, value in values.items():
            result[places[name]] = value
        return result

    given: dict[str, object] = dict(fields)
    waiting = np.zeros(len(token_ids), dtype=bool)
    for name in given["waiting"]:  # type: ignore[attr-defined]
        waiting[places[name]] = True
    return Standing(
        units=spread(given["units"]),  # type: ignore[arg-type]
        waiting=waiting,
        cash=float(given["cash"]),  # type: ignore[arg-type]
        acted=float(given["acted"]),  # type: ignore[arg-type]
        orders=[
            (np.datetime64(each["day"], "D"), each["reason"], spread(each["weights"]))
            for each in given["orders"]  # type: ignore[attr-defined]
        ],
    )


def tokens_of(fields: Mapping[str, object]) -> set[str]:
    """Return the tokens that a packed state needs a market of."""
    orders = fields["orders"]
    ordered = {name for each in orders for name in each["weights"]}  # type: ignore[attr-defined]
    return {*fields["units"], *fields["waiting"], *ordered}  # type: ignore[misc]
