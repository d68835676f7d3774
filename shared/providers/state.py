"""The state that all instances share: read in one round trip at the start of a run, written at its end.

A write is a compare-and-swap of what the run *did*, not of what it believes: if another instance was faster, its
state is read and the same change made to that. Without documents the last state this instance knew serves, so
that a circuit stays open and a quota spent even then.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.cache.documents import Document, DocumentStore
from shared.core.errors import DocumentsUnavailableError
from shared.records.provider import ProviderState, state_from_fields, state_to_fields

log = logging.getLogger(__name__)

MOST_TRIES = 5
ROTATION = "provider_state/rotation_quotes"

Change = Callable[[ProviderState], ProviderState]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything known at the start of a run."""

    states: dict[str, ProviderState]
    next_family: str | None


class StateStore:
    """Provider states in documents, with a copy of the last known in memory."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents
        self._known: dict[str, ProviderState] = {}
        self._next_family: str | None = None

    async def load(self, providers: Iterable[str]) -> Book:
        """Return the states; a provider without a document begins healthy."""
        ids = tuple(providers)
        try:
            found = await self._documents.get_many([*map(_path, ids), ROTATION])
        except DocumentsUnavailableError as error:
            log.warning("provider.state_unread", extra={"reason": str(error)})
        else:
            self._known = {provider: _state(provider, found.get(_path(provider))) for provider in ids}
            self._next_family = _family(found.get(ROTATION))
        states = {provider: self._known.get(provider) or ProviderState(provider=provider) for provider in ids}
        return Book(states, self._next_family)

    async def change(self, provider: str, change: Change) -> None:
        """Make a change to the shared state, and again if another instance was faster."""
        self._known[provider] = change(self._known.get(provider) or ProviderState(provider=provider))
        try:
            for attempt in range(MOST_TRIES):
                if await self._swapped(provider, change):
                    return
                await asyncio.sleep(0.01 * attempt)
        except DocumentsUnavailableError as error:
            log.warning("provider.state_unwritten", extra={"provider": provider, "reason": str(error)})
        else:
            log.warning("provider.state_contended", extra={"provider": provider, "tries": MOST_TRIES})

    async def claim(self, provider: str, before: ProviderState, change: Change) -> bool:
        """Make a change only if nobody changed the state since `before`; without documents it is ours."""
        try:
            document = await self._documents.get(_path(provider))
            if _state(provider, document) != before:
                return False
            return await self._written(provider, document, change(before))
        except DocumentsUnavailableError:
            return True

    async def turn(self, next_family: str, *, at: datetime) -> None:
        """Keep whose turn it is next; of two instances the later one wins, which harms nobody."""
        self._next_family = next_family
        try:
            await self._documents.set(ROTATION, {"next_family": next_family, "at": at})
        except DocumentsUnavailableError as error:
            log.warning("provider.rotation_unwritten", extra={"reason": str(error)})

    async def _swapped(self, provider: str, change: Change) -> bool:
        document = await self._documents.get(_path(provider))
        return await self._written(provider, document, change(_state(provider, document)))

    async def _written(self, provider: str, document: Document | None, state: ProviderState) -> bool:
        fields = state_to_fields(state)
        if document is None:
            return await self._documents.create(_path(provider), fields)
        return await self._documents.replace(_path(provider), fields, version=document.version)


def _path(provider: str) -> str:
    return f"provider_state/{provider}"


def _state(provider: str, document: Document | None) -> ProviderState:
    if document is None:
        return ProviderState(provider=provider)
    try:
        return state_from_fields(document.fields)
    except (TypeError, ValueError) as error:
        log.warning("provider.state_unreadable", extra={"provider": provider, "error": type(error).__name__})
        return ProviderState(provider=provider)


def _family(document: Document | None) -> str | None:
    family = document.fields.get("next_family") if document else None
    return family if isinstance(family, str) else None
