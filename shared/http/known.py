"""Who a function's callers are, for counting them: told by what its routes ask, or by keys alone where routes ask nobody.

Nothing is opened, nor anything imported, before somebody gives a key or a token.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.records.caller import Caller

if TYPE_CHECKING:
    from shared.auth.usage import UsageBook


class _Tells(Protocol):
    async def identify(self, headers: Mapping[str, str], *, strictly: bool = False) -> Caller | None: ...


class KnownCallers:
    """Tells callers and keeps account of them.

    Args:
        settings: Of the function.
        clock: Tells the time.
        open_documents: Opens the document store.
        build: Returns what the routes are given, once that is made.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        open_documents: Callable[[Settings], DocumentStore],
        build: Callable[[Settings], Awaitable[Mapping[type, Any]]],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._open_documents = open_documents
        self._build = build
        self._documents: DocumentStore | None = None
        self._callers: _Tells | None = None
        self._usage: UsageBook | None = None

    def documents(self) -> DocumentStore:
        """Return the function's document store, the same each time."""
        if self._documents is None:
            self._documents = self._open_documents(self._settings)
        return self._documents

    async def identify(self, headers: Mapping[bytes, bytes]) -> Caller | None:
        """Return who asks."""
        if self._callers is None:
            self._callers = await self._tells()
        texts = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
        return await self._callers.identify(texts)

    async def note(self, uses: Sequence[tuple[Caller, int]]) -> None:
        """Keep account of how often they asked."""
        if self._usage is None:
            from shared.auth.usage import UsageBook

            self._usage = UsageBook(self._hasty(), self._clock)
        await self._usage.record(uses)

    async def close(self) -> None:
        """Let go of the store."""
        documents, self._documents = self._documents, None
        if documents is not None:
            await documents.close()

    async def _tells(self) -> _Tells:
        if self._settings.private_paths:
            from .signed import Callers

            provided = await self._build(self._settings)
            tells: _Tells = provided[Callers]
            return tells
        from shared.auth.callers import callers_of

        return callers_of(self._settings, self._hasty(), self._clock)

    def _hasty(self) -> DocumentStore:
        """Return the store for somebody who waits: counting must not keep an answer."""
        from shared.cache.hasty import HastyDocuments

        return HastyDocuments(self.documents(), clock=self._clock)
