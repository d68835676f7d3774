"""Computations whose course a test decides."""

import asyncio
from collections.abc import Callable

from shared.cache.documents import DocumentStore
from shared.cache.entry import Recorded
from shared.cache.guarded import GuardedStore
from shared.cache.keys import Asked
from shared.cache.memory import MemoryTier
from shared.cache.outcome import Found
from shared.cache.responses import ResponseCache
from shared.cache.sharing import Sharing
from shared.core.clock import Clock

HEADERS = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"public, max-age=60, stale-while-revalidate=30, stale-if-error=600"),
]
COLD = Asked("/cold", b"", hot=False)
HOT = Asked("/hot", b"", hot=True)


class Computation:
    """Answers `{"data":n,…}` at its n-th run; each run waits until `gate` is open."""

    def __init__(self) -> None:
        self.runs = 0
        self.running = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.started = asyncio.Event()
        self.status = 200
        self.headers = HEADERS
        self.error: Exception | None = None
        self.passes_on = False

    async def __call__(self, unshare: Callable[[], None]) -> Recorded | None:
        self.runs += 1
        run = self.runs
        self.running += 1
        self.started.set()
        if self.passes_on:
            unshare()
        try:
            await self.gate.wait()
        finally:
            self.running -= 1
        if self.error is not None:
            raise self.error
        if self.passes_on:
            return None
        return Recorded(self.status, self.headers, b'{"data":%d,"meta":{"stale":false}}' % run)

    def close(self) -> None:
        """Hold the following runs open."""
        self.gate.clear()
        self.started.clear()


def body_of(found: object) -> bytes:
    assert isinstance(found, Found), found
    return found.entry.form.body


def data_of(found: object) -> int:
    return int(body_of(found).split(b":")[1].split(b",")[0])


def cache_of(clock: Clock) -> ResponseCache:
    return ResponseCache(MemoryTier(1_000_000), clock=clock)


def instance_of(
    store: DocumentStore,
    clock: Clock,
    *,
    waits: Callable[[], None] = lambda: None,
    generation: str = "r1",
    looks: int = 5,
) -> ResponseCache:
    """Return a cache as one instance has it; `waits` happens whenever it waits for another instance."""

    async def pause(seconds: float, /) -> None:
        waits()
        await asyncio.sleep(0)

    guarded = GuardedStore(lambda: store, clock=clock, time_limit=0.02, first_time_limit=0.02)
    sharing = Sharing(guarded, clock=clock, generation=generation, pause=pause, patience=looks, interval=1)
    return ResponseCache(MemoryTier(1_000_000), clock=clock, sharing=sharing)


async def settled() -> None:
    """Let every task run as far as it can without time passing."""
    for _ in range(20):
        await asyncio.sleep(0)
