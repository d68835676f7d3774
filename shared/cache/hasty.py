"""A document store for those who have a caller waiting: every question has a short time limit, and a failure a pause after it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from shared.core.clock import Clock
from shared.core.errors import DocumentsUnavailableError

from .documents import Document, DocumentStore, Value, Write

T = TypeVar("T")


class HastyDocuments:
    """A store that fails at once while another one would be waited for; otherwise the store that it is made of.

    Args:
        store: Answers the questions.
        clock: Measures the pause.
        time_limit: Seconds one question may take.
        first_time_limit: Seconds while nothing was answered yet: connecting and signing in come on top.
        pause: Seconds without questions after one that took too long.
    """

    def __init__(
        self,
        store: DocumentStore,
        *,
        clock: Clock,
        time_limit: float = 0.25,
        first_time_limit: float = 0.8,
        pause: float = 5.0,
    ) -> None:
        self._store = store
        self._clock = clock
        self._time_limit = time_limit
        self._limit = first_time_limit
        self._pause = pause
        self._asked_again_at = float("-inf")

    async def get(self, path: str) -> Document | None:
        """Return the document, or `None`."""
        return await self._asked(lambda: self._store.get(path))

    async def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        """Return those that exist, by path."""
        return await self._asked(lambda: self._store.get_many(paths))

    async def list(
        self, collection: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> "Sequence[Document]":
        """Return a collection's documents in the order of their names."""
        return await self._asked(lambda: self._store.list(collection, prefix=prefix, after=after, limit=limit))

    async def set(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> None:
        """Write the document."""
        await self._asked(lambda: self._store.set(path, fields, expires_at=expires_at))

    async def create(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> bool:
        """Write the document only where there is none; return whether it was written."""
        return await self._asked(lambda: self._store.create(path, fields, expires_at=expires_at))

    async def replace(
        self, path: str, fields: Mapping[str, Value], *, version: str, expires_at: datetime | None = None
    ) -> bool:
        """Write the document only if it still has `version`; return whether it was written."""
        return await self._asked(lambda: self._store.replace(path, fields, version=version, expires_at=expires_at))

    async def commit(self, writes: "Sequence[Write]") -> bool:
        """Do all the writes or none; return whether they were done."""
        return await self._asked(lambda: self._store.commit(writes))

    async def delete(self, path: str) -> None:
        """Remove the document if it is there."""
        await self._asked(lambda: self._store.delete(path))

    async def close(self) -> None:
        """Let go of the store's connections."""
        await self._store.close()

    async def _asked(self, call: Callable[[], Awaitable[T]]) -> T:
        if self._clock.monotonic() < self._asked_again_at:
            raise DocumentsUnavailableError("documents are left alone after a failure")
        try:
            async with asyncio.timeout(self._limit):
                answer = await call()
        except (TimeoutError, DocumentsUnavailableError) as error:
            self._asked_again_at = self._clock.monotonic() + self._pause
            raise DocumentsUnavailableError("documents do not answer in time") from error
        self._limit = self._time_limit
        return answer
