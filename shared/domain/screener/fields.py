"""What can be filtered and sorted by: numbers of quotes, scores, and every data point of the catalogue. Pure.

A data point added to the catalogue is a field here with no further code.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from shared.domain.datapoints.catalogue import data_points

Origin = Literal["quote", "score", "datapoint"]


@dataclass(frozen=True, slots=True)
class Field:
    """One number."""

    id: str
    origin: Origin
    unit: str
    about: str
    position: int | None = None
    """Of a data point: where its value stands, from 0."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a token is or has, filtered by equality."""

    id: str
    about: str
    example: str
    allowed: tuple[str, ...] = ()
    """All there is; empty where there are too many to name."""


# id | unit | about
_QUOTES = """
price|USD|current price
market_cap|USD|market capitalisation
volume_24h|USD|volume traded within 24 hours
change_1h|%|change within an hour
change_24h|%|change within 24 hours
change_7d|%|change within 7 days
change_30d|%|change within 30 days
high_24h|USD|highest price within 24 hours
low_24h|USD|lowest price within 24 hours
circulating_supply|coins|coins in circulation
total_supply|coins|coins that exist
max_supply|coins|coins that will ever exist
ath|USD|highest price ever
ath_distance|%|price against the highest ever, 0 and below
spread_pct|%|spread between the sources of the price
volume_to_cap|ratio|volume of 24 hours ÷ market capitalisation
supply_issued|share|circulating ÷ maximal supply
rank|place|by market capitalisation, 1 is the largest
age_days|days|since the first of daily candle, daily price and listing here
"""
_SCORES = """
crypto_score|0 to 100|weighted mean of durability, momentum and valuation
durability|0 to 100|whether it is likely to be here in a year
momentum|0 to 100|whether it is in an upward trend
valuation|0 to 100|whether it is cheap
score_place|place|by CryptoScore, 1 is the best
"""
KINDS = ("plain", "stablecoin", "wrapped", "staked", "leveraged")
CHOICES: Mapping[str, Choice] = {
    each.id: each
    for each in (
        Choice("kind", "What the token is; all but `plain` follow another price.", "plain", KINDS),
        Choice("chain", "A chain on which it has a contract, or whose own token it is.", "ethereum"),
        Choice("category", "Id of a category, as in `/api/v1/market/categories`.", "layer-1"),
    )
}


@cache
def fields() -> Mapping[str, Field]:
    """Return every field by its id; a number that quotes tell too is theirs."""
    found = {each.id: each for each in (*_listed(_QUOTES, "quote"), *_listed(_SCORES, "score"))}
    for position, point in enumerate(data_points()):
        if point.id not in found:
            found[point.id] = Field(point.id, "datapoint", point.unit, point.formula, position)
    return found


def _listed(text: str, origin: Origin) -> list[Field]:
    return [
        Field(name, origin, unit, about) for name, unit, about in (line.split("|") for line in text.split("\n") if line)
    ]
