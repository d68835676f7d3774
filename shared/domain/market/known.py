"""What is already known of tokens when a refresh begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownToken:
    """One token of the catalogue with its latest price."""

    token_id: str
    symbol: str
    """Upper case."""
    name: str
    provisional: bool = False
    """Named after another provider because the one whose names we use has never answered."""
    price_usd: Decimal | None = None
    market_cap_usd: Decimal | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownTokens:
    """The catalogue, and which token each provider's own names mean."""

    tokens: Mapping[str, KnownToken]
    provider_ids: Mapping[tuple[str, str], str]
    """(provider, its name for the token) → token id."""
