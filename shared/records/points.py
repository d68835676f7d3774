"""A price at a moment, as the daily histories of aggregators tell it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePoint:
    """What a token cost at one moment."""

    token_id: str
    observed_at: datetime
    price_usd: Decimal
    """Above zero."""
    market_cap_usd: Decimal | None
    volume_24h_usd: Decimal | None
    provider: str
