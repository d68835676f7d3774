"""What providers tell of tokens beside prices: names, contracts, links, categories, and which are looked for most."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

OWN = "cryptoprism"
"""Names ourselves where we calculated what a provider would have told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Where a token lives on one chain."""

    chain: str
    """One of ours, or the provider's own name of a platform that we have none for."""
    address: str
    """As `platforms.address_of` writes it."""
    decimals: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedToken:
    """One row of a provider's list of everything."""

    provider: str
    provider_id: str
    symbol: str
    """Upper case; blank where the provider left it blank."""
    name: str
    contracts: tuple[Contract, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenDetails:
    """What one provider knows of one token."""

    provider: str
    provider_id: str
    symbol: str
    name: str
    description: str | None
    """Plain text of a few sentences."""
    links: Mapping[str, tuple[str, ...]]
    """By kind: `homepage`, `whitepaper`, `explorers`, `forum`, `chat`, `announcements`, `source_code`, `social`."""
    categories: tuple[str, ...]
    """By their names, which are the provider's own."""
    genesis_date: str | None
    """ISO date."""
    hashing_algorithm: str | None
    image_url: str | None
    contracts: tuple[Contract, ...]
    observed_at: datetime
    """When the provider last changed it; when it does not say, the time of its answer."""
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryRecord:
    """One category as its provider tells it."""

    provider: str
    category_id: str
    name: str
    description: str | None = None
    market_cap_usd: Decimal | None = None
    volume_24h_usd: Decimal | None = None
    market_cap_change_24h_pct: Decimal | None = None
    observed_at: datetime | None = None
    """When the numbers were so; `None` where there are none."""
    members: tuple[str, ...] | None = None
    """The provider's names of all its tokens; `None` where it does not tell them along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRecord:
    """One token of a category that was asked about, largest first."""

    provider: str
    provider_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendingToken:
    """One place of a list of trending tokens."""

    provider: str
    position: int
    """From 1."""
    token_id: str
    symbol: str
    name: str
    image_url: str | None = None
    told: Mapping[str, Decimal | None] = field(default_factory=dict)
    """The provider's own `price_usd`, `market_cap_usd`, `volume_24h_usd`, `change_24h_pct`."""
    score: Decimal | None = None
    """How unusual; only where we calculated it."""
    turnover_score: Decimal | None = None
    movement_score: Decimal | None = None
