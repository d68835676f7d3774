"""The document store as the cache uses it: every question has a time limit, and no failure reaches the caller."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.core.clock import Clock

from .documents import DocumentStore

T = TypeVar("T")

log = logging.getLogger(__name__)


class GuardedStore:
    """A store that is left alone for a while after it failed, so that its absence costs one time limit and not one a request.

    Args:
        open_store: Makes the store on first use.
        clock: Measures the pause.
        time_limit: Seconds one question may take.
        first_time_limit: Seconds while nothing was answered yet: connecting and signing in come on top.
        pause: Seconds without questions after a failure.
    """

    def __init__(
        self,
        open_store: Callable[[], DocumentStore],
        *,
        clock: Clock,
        time_limit: float = 0.25,
        first_time_limit: float = 2.0,
        pause: float = 5.0,
    ) -> None:
        self._open = open_store
        self._clock = clock
        self._time_limit = time_limit
        self._limit = first_time_limit
        self._pause = pause
        self._store: DocumentStore | None = None
        self._asked_again_at = float("-inf")
        self.failures = 0

    async def ask(self, question: str, call: Callable[[DocumentStore], Awaitable[T]], *, otherwise: T) -> T:
        """Return the store's answer, `otherwise` when it has none in time or is being left alone."""
        if self._clock.monotonic() < self._asked_again_at:
            return otherwise
        try:
            if self._store is None:
                self._store = self._open()
            async with asyncio.timeout(self._limit):
                answer = await call(self._store)
        except Exception as exc:  # noqa: BLE001  the store may fail in any way; an answer never depends on it
            self._failed(question, exc)
            return otherwise
        self._limit = self._time_limit
        return answer

    def _failed(self, question: str, exc: Exception) -> None:
        self.failures += 1
        now = self._clock.monotonic()
        if now >= self._asked_again_at:
            reason = str(exc) or type(exc).__name__
            log.warning(
                "cache.documents_failed", extra={"question": question, "reason": reason, "failures": self.failures}
            )
        self._asked_again_at = now + self._pause

    async def close(self) -> None:
        """Let go of the store if it was opened."""
        store, self._store = self._store, None
        if store is not None:
            await store.close()
