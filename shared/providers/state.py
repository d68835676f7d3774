"""The state that all instances share: read in one round trip at the start of a run, written at its end.

A write is a compare-and-swap of what the run *did*, not of what it believes: if another instance was faster, its
state is read and the same change made to that. Without documents the last state this instance knew serves, so
that a circuit stays open and a quota spent even then.

A provider of several kinds has a document for each, and quotas and keys, which are the account's, only in the first.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.cache.documents import Document, DocumentStore
from shared.core.errors import DocumentsUnavailableError
from shared.records.provider import Kind, ProviderState, state_from_fields, state_name, state_to_fields, with_account

log = logging.getLogger(__name__)

MOST_TRIES = 5
Change = Callable[[ProviderState], ProviderState]


@dataclass(frozen=True, slots=True)
class Book:
    """Everything known at the start of a run."""

    states: dict[str, ProviderState]
    next_family: str | None


class StateStore:
    """Provider states of one kind in documents, with a copy of the last known in memory."""

    def __init__(self, documents: DocumentStore, kind: Kind = "quotes") -> None:
        self._documents = documents
        self._kind: Kind = kind
        self._turn = f"provider_state/rotation_{kind}"
        self._known: dict[str, ProviderState] = {}
        self._next_family: str | None = None

    async def load(self, providers: Iterable[str]) -> Book:
        """Return the states; a provider without a document begins healthy."""
        ids = tuple(providers)
        paths = dict.fromkeys(path for each in ids for path in (self._path(each), _account_path(each)))
        try:
            found = await self._documents.get_many([*paths, self._turn])
        except DocumentsUnavailableError as error:
            log.warning("provider.state_unread", extra={"reason": str(error)})
        else:
            self._known = {provider: self._merged(provider, found) for provider in ids}
            self._next_family = _family(found.get(self._turn))
        states = {provider: self._known.get(provider) or ProviderState(provider=provider) for provider in ids}
        return Book(states, self._next_family)

    async def change(self, provider: str, change: Change) -> None:
        """Make a change to the shared state, and again if another instance was faster."""
        before = self._known.get(provider) or ProviderState(provider=provider)
        self._known[provider] = change(before)
        own, account = self._path(provider), _account_path(provider)
        try:
            if own == account:
                await self._swap(provider, own, change)
                return
            # Each half of the state is changed where it is kept, beside what is known of the other.
            await self._swap(provider, own, lambda kept: change(with_account(kept, before)))
            await self._swap(provider, account, lambda kept: with_account(kept, change(with_account(before, kept))))
        except DocumentsUnavailableError as error:
            log.warning("provider.state_unwritten", extra={"provider": provider, "reason": str(error)})

    async def claim(self, provider: str, before: ProviderState, change: Change) -> bool:
        """Make a change only if nobody changed the state since `before`; without documents it is ours."""
        try:
            document = await self._documents.get(self._path(provider))
            present = _state(provider, document)
            if self._path(provider) != _account_path(provider):
                present = with_account(present, before)
            if present != before:
                return False
            return await self._written(self._path(provider), document, change(before))
        except DocumentsUnavailableError:
            return True

    async def turn(self, next_family: str, *, at: datetime) -> None:
        """Keep whose turn it is next; of two instances the later one wins, which harms nobody."""
        self._next_family = next_family
        try:
            await self._documents.set(self._turn, {"next_family": next_family, "at": at})
        except DocumentsUnavailableError as error:
            log.warning("provider.rotation_unwritten", extra={"reason": str(error)})

    async def _swap(self, provider: str, path: str, change: Change) -> None:
        for attempt in range(MOST_TRIES):
            document = await self._documents.get(path)
            if await self._written(path, document, change(_state(provider, document))):
                return
            await asyncio.sleep(0.01 * attempt)
        log.warning("provider.state_contended", extra={"provider": provider, "tries": MOST_TRIES})

    async def _written(self, path: str, document: Document | None, state: ProviderState) -> bool:
        fields = state_to_fields(state)
        if document is None:
            return await self._documents.create(path, fields)
        return await self._documents.replace(path, fields, version=document.version)

    def _merged(self, provider: str, found: Mapping[str, Document]) -> ProviderState:
        state = _state(provider, found.get(self._path(provider)))
        return with_account(state, _state(provider, found.get(_account_path(provider))))

    def _path(self, provider: str) -> str:
        return f"provider_state/{state_name(provider, self._kind)}"


def _account_path(provider: str) -> str:
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
