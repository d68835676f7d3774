"""Every data point there is, in the fixed order in which values are stored: the list only grows at its end.

`datapoints.csv` beside this module is the list. A score of -1 to 1 is made of a value by
`direction × tanh((value − neutral) ÷ scale)`; what has no direction describes and never votes.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Category = Literal["momentum", "volume", "structure", "on_chain", "flows", "sentiment", "liquidity"]
Direction = Literal["up", "down", "none"]

VERSION = "1"
"""Of the formulas: part of everything that is made of them."""
CATEGORIES: tuple[Category, ...] = get_args(Category)
_SIGNS: Mapping[str, int] = {"up": 1, "down": -1, "none": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPoint:
    """What one number says, how it is made, and when it cannot be."""

    id: str
    category: Category
    unit: str
    horizon_days: int
    """How far back it looks; 0 is now."""
    direction: Direction
    """Whether more of it goes with rising prices, with falling ones, or with neither."""
    neutral: float
    scale: float
    """So far from `neutral`, the score is 0.76 of the most there is."""
    minimum_days: int
    """Days of history without which it is null."""
    source: str
    formula: str

    @property
    def sign(self) -> int:
        """Return 1, -1 or 0 by the direction."""
        return _SIGNS[self.direction]


@cache
def data_points() -> tuple[DataPoint, ...]:
    """Return all data points in the order in which their values are stored."""
    with Path(__file__).with_name("datapoints.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(_read(row) for row in csv.DictReader(lines))


@cache
def positions() -> Mapping[str, int]:
    """Return where each data point's value stands, from 0; arrays of PostgreSQL begin at 1."""
    return {point.id: position for position, point in enumerate(data_points())}


def of_category(category: Category) -> tuple[DataPoint, ...]:
    """Return the data points of one category."""
    return tuple(point for point in data_points() if point.category == category)


def _read(row: Mapping[str, str]) -> DataPoint:
    category, direction = row["category"], row["direction"]
    if category not in CATEGORIES or direction not in _SIGNS:
        raise ValueError(f"data point {row['id']}: no such category or direction")
    return DataPoint(
        id=row["id"],
        category=category,
        unit=row["unit"],
        horizon_days=int(row["horizon_days"]),
        direction=direction,  # type: ignore[arg-type]
        neutral=float(row["neutral"]),
        scale=float(row["scale"]),
        minimum_days=int(row["minimum_days"]),
        source=row["source"],
        formula=row["formula"],
    )
