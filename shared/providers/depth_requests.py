"""What exchanges are asked for: the book of one token."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

MOST_APART = Decimal("1.25")
"""A book whose mid is further from the price we know, as a factor, is not that of the token: symbols collide."""


@dataclass(frozen=True, slots=True)
class BookRequest:
    """The book of one token."""

    token_id: str
    markets: Mapping[str, str]
    """The pair's name by exchange; who is not in it does not trade the token."""
    price_usd: Decimal | None
    """The price we know."""
    levels: int
    """How many prices a side are wanted at least, where the exchange lets us choose."""
