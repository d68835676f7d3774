"""The response cache: memory, then documents, then one computation.

It knows answers and their `Cache-Control`, and nothing of what they tell. Nothing here outlives a request: who finds an
answer stale renews it before answering, while everybody else is served the stale one.
"""

from collections.abc import Sequence

from shared.core.clock import Clock

from .entry import Header
from .flights import ABANDONED, Abandoned, Flights
from .keys import Asked
from .memory import MemoryTier
from .outcome import FAILED, HIT_MEMORY, MISS, REVALIDATING, STALE, UNSHARED, Answered, Compute, Found, Unshared, failed
from .renewal import Renewal
from .sharing import Sharing

_SOLITARY_LIMIT = 1024

Outcome = Answered | Unshared | Exception


class ResponseCache:
    """Finds or computes the answer to a GET; `sharing` serves hot paths."""

    def __init__(
        self, memory: MemoryTier, *, clock: Clock, sharing: Sharing | None = None, always: Sequence[Header] = ()
    ) -> None:
        self.memory = memory
        self.sharing = sharing
        self._clock = clock
        self._renewal = Renewal(memory, clock=clock, sharing=sharing, always=always)
        self._flights = Flights[Outcome]()
        self._solitary: dict[str, None] = {}

    async def find(self, asked: Asked, compute: Compute, *, renew: bool = False) -> Answered:
        """Return the answer: from a tier, from somebody's computation or from one's own.

        Args:
            asked: What is asked for.
            compute: Makes the answer.
            renew: Compute anew, and replace what is kept; a computation that began before this call is not enough.
        """
        arrived = self._flights.begun
        while True:
            held = self._made_since(asked.key, arrived) if renew else self._held(asked.key)
            if held is not None:
                return held
            if asked.key in self._solitary:
                return await self._alone(asked, compute)
            flight = self._flights.of(asked.key)
            if flight is None:
                return await self._lead(asked, compute, renew=renew)
            outcome = await flight.landed()
            if isinstance(outcome, Abandoned) or (renew and flight.number <= arrived):
                continue
            if isinstance(outcome, Unshared):
                return await self._alone(asked, compute)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

    def _held(self, key: str) -> Found | None:
        """Return what memory can answer with at once."""
        entry = self.memory.get(key)
        if entry is None:
            return None
        now = self._clock.monotonic()
        if now < entry.fresh_until:
            return Found(entry, HIT_MEMORY)
        if now < min(entry.retry_at, entry.error_until):
            return Found(entry, STALE, FAILED)
        if now < entry.stale_until and self._flights.of(key) is not None:
            return Found(entry, STALE, REVALIDATING)
        return None

    def _made_since(self, key: str, arrived: int) -> Found | None:
        """Return what a computation made that began after the request arrived."""
        entry = self.memory.get(key)
        return Found(entry, MISS) if entry is not None and entry.number > arrived else None

    async def _lead(self, asked: Asked, compute: Compute, *, renew: bool) -> Answered:
        """Compute for everybody who asks meanwhile."""
        flight = self._flights.begin(asked.key)
        outcome: Outcome | Abandoned = ABANDONED

        def unshare() -> None:
            self._keep_solitary(asked.key)
            self._flights.end(asked.key, flight, UNSHARED)

        try:
            answered = await self._renewal.made(asked, compute, unshare, renew=renew)
            outcome = answered if isinstance(answered, Found) or failed(answered) else UNSHARED
            if isinstance(answered, Found) and answered.state is MISS:
                answered.entry.number = flight.number
        except Exception as exc:
            outcome = exc
            raise
        finally:
            self._flights.end(asked.key, flight, outcome)
        return answered

    async def _alone(self, asked: Asked, compute: Compute) -> Answered:
        """Compute an answer that was last seen to be for one caller only; if it is for all after all, keep it."""
        recorded = await compute(lambda: self._keep_solitary(asked.key))
        found = recorded and await self._renewal.kept(asked, recorded, self.sharing if asked.hot else None)
        if found is None:
            return recorded
        self._solitary.pop(asked.key, None)
        return found

    def _keep_solitary(self, key: str) -> None:
        """Remember that callers of this key must not wait for one another."""
        self._solitary[key] = None
        if len(self._solitary) > _SOLITARY_LIMIT:
            del self._solitary[next(iter(self._solitary))]
