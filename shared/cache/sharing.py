"""What instances have in common: the document tier, and the leases on computing for it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.core.clock import Clock

from .entry import Entry, Header
from .guarded import GuardedStore
from .lease import Lease, Leases
from .tier import DocumentTier


class Pause(Protocol):
    """Waits for so many seconds."""

    async def __call__(self, seconds: float, /) -> None:
        """Wait."""
        ...


class Sharing:
    """One revision's answers and leases.

    Args:
        store: Where both are kept.
        clock: Tells what is fresh and which lease ran out.
        generation: Names the revision.
        always: Headers of every answer.
        pause: Waits between two looks at what another instance is computing.
        patience: Seconds to wait for it in all.
        interval: Seconds between two looks.
    """

    def __init__(
        self,
        store: GuardedStore,
        *,
        clock: Clock,
        generation: str,
        always: Sequence[Header] = (),
        pause: Pause = asyncio.sleep,
        patience: float = 2.0,
        interval: float = 0.1,
    ) -> None:
        self.store = store
        self.tier = DocumentTier(store, clock=clock, generation=generation, always=always)
        self.leases = Leases(store, clock=clock, generation=generation)
        self._clock = clock
        self._pause = pause
        self._looks = max(1, round(patience / interval))
        self._interval = interval

    async def answer_or_lease(self, key: str) -> Entry | Lease:
        """Wait for what another instance computes; return it, or the lease once that instance holds it no longer.

        A holder that dies costs the patience and no more: the answer is then computed without a lease.
        """
        for _ in range(self._looks):
            await self._pause(self._interval)
            entry = await self.tier.read(key)
            if entry is not None and self._clock.monotonic() < entry.fresh_until:
                return entry
            lease = await self.leases.take(key)
            if lease is not Lease.HELD:
                return lease
        return Lease.UNKNOWN

    async def release(self, key: str, lease: Lease, *, taken_at: datetime) -> None:
        """Give a granted lease back."""
        if lease is Lease.GRANTED:
            await self.leases.release(key, taken_at=taken_at)
