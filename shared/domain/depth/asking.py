"""Who is asked for a book while the caller waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

from shared.records.depth import BookRecord


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a token is traded, and for about how much."""

    token_id: str
    markets: Mapping[str, str]
    """The pair's name by exchange."""
    price_usd: Decimal | None
    """The price we know: a book of a wholly different one is another token's."""


class BookSource(Protocol):
    """Whoever has books; `shared.providers.depth.BookProviders` in production."""

    async def ask(self, listing: Listing, *, within: timedelta) -> BookRecord | None:
        """Return the book of the first exchange that answered in time, `None` when none did; never raises for them."""
        ...
