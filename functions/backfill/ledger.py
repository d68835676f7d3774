"""How far each backfill is, in `backfills/{name}`: whoever is killed at it loses a stretch at most, and two never do the same."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

from shared.cache.documents import DocumentStore, Value
from shared.core.clock import Clock
from shared.records.backfill import BackfillOrder, BackfillProgress, progress_from_fields, progress_to_fields, released

from .units import units_of

LEASE = timedelta(seconds=90)
"""Longer than any one stretch takes; whoever still holds it then is dead."""
_KEPT_FOR = timedelta(days=30)


class LostTurnError(Exception):
    """Somebody else took the work over, because we were silent for longer than the lease."""


class BackfillLedger:
    """The documents of backfills; every method raises `DocumentsUnavailableError` when the store does not answer."""

    def __init__(self, documents: DocumentStore, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock

    async def claim(
        self, order: BackfillOrder, choose: Callable[[], Awaitable[tuple[str, ...]]]
    ) -> tuple[BackfillProgress, bool]:
        """Return how far an order is, and whether it is our turn.

        Args:
            order: The same order is the same backfill.
            choose: Names the tokens, when it is a new one.
        """
        path = f"backfills/{order.name}"
        held = await self._documents.get(path)
        if held is None:
            fresh = self._mine(self._new(order, await choose()))
            if await self._documents.create(path, _fields(fresh), expires_at=self._clock.now() + _KEPT_FOR):
                return fresh, True
            held = await self._documents.get(path)
            if held is None:
                return fresh, False
        progress = progress_from_fields(held.fields)
        if not progress.due(self._clock.now()):
            return progress, False
        taken = self._mine(progress)
        won = await self._documents.replace(
            path, _fields(taken), version=held.version, expires_at=self._clock.now() + _KEPT_FOR
        )
        return (taken, True) if won else (progress, False)

    async def save(self, progress: BackfillProgress) -> BackfillProgress:
        """Write down how far we are, keep our turn, and return what was written.

        Raises:
            LostTurnError: it is somebody else's turn by now.
        """
        return await self._write(self._renewed(progress), progress.holder)

    async def release(self, progress: BackfillProgress) -> BackfillProgress:
        """Write down how far we are and leave the turn to whoever comes next.

        Raises:
            LostTurnError: it is somebody else's turn by now.
        """
        return await self._write(released(replace(progress, updated_at=self._clock.now())), progress.holder)

    async def _write(self, progress: BackfillProgress, holder: str) -> BackfillProgress:
        path = f"backfills/{progress.name}"
        held = await self._documents.get(path)
        if held is None or held.fields.get("holder") != holder:
            raise LostTurnError
        expires_at = self._clock.now() + _KEPT_FOR
        if not await self._documents.replace(path, _fields(progress), version=held.version, expires_at=expires_at):
            raise LostTurnError
        return progress

    def _new(self, order: BackfillOrder, tokens: tuple[str, ...]) -> BackfillProgress:
        now = self._clock.now()
        return BackfillProgress(
            name=order.name,
            order=order,
            tokens=tokens,
            units=len(units_of(order, tokens)),
            started_at=now,
            updated_at=now,
        )

    def _mine(self, progress: BackfillProgress) -> BackfillProgress:
        return self._renewed(replace(progress, holder=os.urandom(8).hex()))

    def _renewed(self, progress: BackfillProgress) -> BackfillProgress:
        now = self._clock.now()
        return replace(progress, lease_until=now + LEASE, updated_at=now)


def _fields(progress: BackfillProgress) -> dict[str, Value]:
    return cast("dict[str, Value]", progress_to_fields(progress))
