"""What an index did, on its way into PostgreSQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexDay:
    """One day of an index."""

    day: date
    value: float
    """USDC at the close; every index begins with 1,000."""
    invested: float
    """Share that is not USDC at the close."""
    traded: float
    """Share of the whole that was bought and sold."""
    costs: float
    """USDC lost to fees, slippage and penalties."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One entry of an index's log, numbers as text so that they come back the same; its place and hash are given when it is stored."""

    at: datetime
    """The open that it was carried out at."""
    token_id: str
    reason: str
    units: str
    """Bought; negative when sold; the new number of coins for a redenomination."""
    price_usd: str
    value_usd: str
    fee_usd: str
    slippage_usd: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexAdvance:
    """What an index did since it was stored, and where it stands."""

    index_id: str
    place: int
    """In the list of indices."""
    after: date | None
    """The day that was the last one; `None` for an index that is new."""
    days: Sequence[IndexDay]
    entries: Sequence[IndexEntry]
    holdings: Mapping[date, str]
    """JSON of what it held at the close, of days on which that changed and of the last one."""
    state: Mapping[str, Any]
    summary: str
    report: str
    inputs_digest: str

    @property
    def last(self) -> date:
        """Return the day that it now stands at."""
        return self.days[-1].day


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIndex:
    """Where an index stands."""

    day: date
    state: Mapping[str, Any]
    days: Sequence[IndexDay]
    """All of them, oldest first."""
