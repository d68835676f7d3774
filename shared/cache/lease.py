"""The right to compute one answer, of which all instances together have one; it runs out by itself."""

import os
from datetime import datetime, timedelta
from enum import Enum

from shared.core.clock import Clock

from .documents import DocumentStore, Value
from .guarded import GuardedStore


class Lease(Enum):
    """What asking for a lease came to."""

    GRANTED = "granted"
    HELD = "held"
    """Another instance is computing."""
    UNKNOWN = "unknown"
    """The store is away; everybody computes alone."""


class Leases:
    """Leases in the collection `leases`, one document each."""

    def __init__(self, store: GuardedStore, *, clock: Clock, generation: str, seconds: float = 10.0) -> None:
        self._store = store
        self._clock = clock
        self._generation = generation
        self._duration = timedelta(seconds=seconds)
        self._holder = os.urandom(8).hex()

    async def take(self, key: str) -> Lease:
        """Ask for the lease; one that ran out is taken over."""
        path = self._path(key)

        async def taken(store: DocumentStore) -> Lease:
            if await store.create(path, self._fields(), expires_at=self._end()):
                return Lease.GRANTED
            return await self._taken_over(store, path)

        return await self._store.ask("lease", taken, otherwise=Lease.UNKNOWN)

    async def _taken_over(self, store: DocumentStore, path: str) -> Lease:
        held = await store.get(path)
        if held is None:
            return Lease.HELD
        until = held.fields.get("until")
        if isinstance(until, datetime) and until > self._clock.now():
            return Lease.HELD
        won = await store.replace(path, self._fields(), version=held.version, expires_at=self._end())
        return Lease.GRANTED if won else Lease.HELD

    async def release(self, key: str, *, taken_at: datetime) -> None:
        """Give the lease back; one that ran out meanwhile may be somebody else's and is left alone."""
        if self._clock.now() < taken_at + self._duration:
            path = self._path(key)
            await self._store.ask("release", lambda store: store.delete(path), otherwise=None)

    def _path(self, key: str) -> str:
        return f"leases/{self._generation}-{key}"

    def _end(self) -> datetime:
        return self._clock.now() + self._duration

    def _fields(self) -> dict[str, Value]:
        return {"holder": self._holder, "until": self._end()}
