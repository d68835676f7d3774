"""How one answer is made anew: agreed between instances, kept in both tiers, replaced by a kept one when computing fails."""

from collections.abc import Callable, Sequence

from shared.core.clock import Clock

from .entry import Entry, Header, Recorded
from .keys import Asked
from .lease import Lease
from .memory import MemoryTier
from .outcome import FAILED, HIT_DOCUMENTS, MISS, REVALIDATING, STALE, Answered, Compute, Found, failed
from .sharing import Sharing

RETRY_PAUSE = 1.0
"""Seconds during which a failed computation is not tried again while a kept answer may stand in."""


class Renewal:
    """Makes answers; documents and leases are for hot paths only."""

    def __init__(self, memory: MemoryTier, *, clock: Clock, sharing: Sharing | None, always: Sequence[Header]) -> None:
        self._memory = memory
        self._clock = clock
        self._sharing = sharing
        self._always = always

    async def made(self, asked: Asked, compute: Compute, unshare: Callable[[], None], *, renew: bool) -> Answered:
        """Return the answer from another instance or from `compute`; with `renew`, from `compute` alone."""
        sharing = self._sharing if asked.hot else None
        if sharing is None:
            return await self._computed(asked, compute, unshare)
        if renew:
            return await self._computed(asked, compute, unshare, sharing)
        return await self._agreed(asked, compute, unshare, sharing)

    async def kept(self, asked: Asked, recorded: Recorded, sharing: Sharing | None = None) -> Found | None:
        """Keep an answer that may be kept, and return it as an entry."""
        freshness = recorded.freshness()
        if freshness is None:
            return None
        now = self._clock.monotonic()
        entry = Entry(recorded.headers, recorded.body, freshness, made=now, always=self._always)
        self._memory.put(asked.key, entry)
        if sharing is not None:
            await sharing.tier.write(asked.key, entry)
            self._memory.recount(asked.key, entry)
        return Found(entry, MISS)

    async def _agreed(self, asked: Asked, compute: Compute, unshare: Callable[[], None], sharing: Sharing) -> Answered:
        shared = await sharing.tier.read(asked.key)
        if shared is not None and self._fresh(shared):
            return self._taken_in(asked, shared)
        self._spare(asked, shared)
        lease: Entry | Lease = await sharing.leases.take(asked.key)
        if lease is Lease.HELD:
            spare = self._memory.get(asked.key)
            if spare is not None and self._clock.monotonic() < spare.stale_until:
                return Found(spare, STALE, REVALIDATING)
            lease = await sharing.answer_or_lease(asked.key)
        if isinstance(lease, Entry):
            return self._taken_in(asked, lease)
        taken_at = self._clock.now()
        try:
            return await self._computed(asked, compute, unshare, sharing)
        finally:
            await sharing.release(asked.key, lease, taken_at=taken_at)

    async def _computed(
        self, asked: Asked, compute: Compute, unshare: Callable[[], None], sharing: Sharing | None = None
    ) -> Answered:
        """Compute; a failure is answered with the kept answer if it is young enough."""
        passed_on = False

        def passing_on() -> None:
            nonlocal passed_on
            passed_on = True
            unshare()

        try:
            recorded = await compute(passing_on)
        except Exception:
            spare = None if passed_on else await self._stand_in(asked, sharing)
            if spare is None:
                raise
            return spare
        if failed(recorded):
            return await self._stand_in(asked, sharing) or recorded
        return recorded and (await self.kept(asked, recorded, sharing) or recorded)

    async def _stand_in(self, asked: Asked, sharing: Sharing | None) -> Found | None:
        spare = self._memory.get(asked.key)
        if spare is None and sharing is not None:
            spare = await sharing.tier.read(asked.key)
            self._spare(asked, spare)
        now = self._clock.monotonic()
        if spare is None or now >= spare.error_until:
            return None
        spare.retry_at = now + RETRY_PAUSE
        return Found(spare, STALE, FAILED)

    def _taken_in(self, asked: Asked, entry: Entry) -> Found:
        self._memory.put(asked.key, entry)
        return Found(entry, HIT_DOCUMENTS)

    def _spare(self, asked: Asked, entry: Entry | None) -> None:
        """Keep an old answer from the documents in case it must stand in, unless memory holds a younger one."""
        held = self._memory.get(asked.key)
        if entry is not None and (held is None or held.made < entry.made):
            self._memory.put(asked.key, entry)

    def _fresh(self, entry: Entry) -> bool:
        return self._clock.monotonic() < entry.fresh_until
