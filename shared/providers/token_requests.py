"""What is asked of providers about tokens and categories.

`family` says of whom: CoinGecko's slugs are our token ids, so both of its doors are tried before anyone else is asked.
"""

from dataclasses import dataclass

MOST_MEMBERS = 1_000
"""Of a category's tokens so many are read; one that has as many is not known whole."""


@dataclass(frozen=True, slots=True)
class ListRequest:
    """Every token there is, with its contracts."""

    family: str


@dataclass(frozen=True, slots=True)
class DetailsRequest:
    """One token's details."""

    family: str
    provider_id: str
    """The family's own name for it."""


@dataclass(frozen=True, slots=True)
class CategoriesRequest:
    """All categories."""

    family: str


@dataclass(frozen=True, slots=True)
class MembersRequest:
    """All tokens of one category."""

    category_id: str


@dataclass(frozen=True, slots=True)
class TrendingRequest:
    """The tokens that are looked for most."""
