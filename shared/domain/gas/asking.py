"""Who is asked for fees while the caller waits."""

from datetime import timedelta
from typing import Protocol

from shared.records.gas import GasRecord


class GasSource(Protocol):
    """Whoever knows fees now; `shared.providers.gas.GasProviders` in production."""

    async def ask(self, chain: str, *, within: timedelta) -> GasRecord | None:
        """Return what the first provider said that answered in time, `None` when nobody did; never raises for them."""
        ...
