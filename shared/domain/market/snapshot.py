"""What one refresh run has to store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.core.settings import DataSource
from shared.records.market import PriceRecord, Quote

from .identity import ProviderName
from .known import KnownToken


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSnapshot:
    """The market as one run sees it: what the providers said, and what was made of it."""

    quotes: Sequence[Quote]
    """One a token."""
    records: Sequence[tuple[str, PriceRecord]]
    """(token id, record), one a token and provider; older ones of other runs may be among them."""
    new_tokens: Sequence[KnownToken] = ()
    """Tokens that this run named or renamed."""
    mappings: Sequence[ProviderName] = ()
    """Providers' names that this run learnt."""
    retired: Sequence[str] = ()
    """Provisional tokens whose real name is known now; what is stored of them goes."""
    data_source: DataSource
    refreshed_at: datetime
    """When the run began; a run that is not newer than what is stored changes nothing."""
