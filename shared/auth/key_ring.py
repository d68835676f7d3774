"""Keys that were looked up, remembered for half a minute: so long a revoked one may go on where it was seen before."""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta

from shared.cache.documents import DocumentStore, Value
from shared.core.clock import Clock
from shared.records.caller import Caller

from .keys import HASHES, bearer_of, parts_of

REMEMBERED = timedelta(seconds=30)
"""Half of the minute that is promised: reading the document takes a moment too."""
_MOST = 2_048


class KeyRing:
    """Tells whom a key acts for; one document is read for each key and half minute."""

    def __init__(self, documents: DocumentStore, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, Mapping[str, Value] | None]] = OrderedDict()

    async def bearer(self, text: str) -> Caller:
        """Return whom a key acts for.

        Raises:
            TokenRefusedError: nobody.
            DocumentsUnavailableError: it cannot be looked up for now.
        """
        name, secret = parts_of(text)
        return bearer_of(name, secret, await self._fields(name), self._clock.now())

    def forget(self, name: str) -> None:
        """Look the key up anew."""
        self._known.pop(name, None)

    async def _fields(self, name: str) -> Mapping[str, Value] | None:
        asked_at = self._clock.monotonic()  # before reading: what is revoked meanwhile counts from here
        known = self._known.get(name)
        if known is not None and asked_at < known[0]:
            self._known.move_to_end(name)
            return known[1]
        document = await self._documents.get(f"{HASHES}/{name}")
        fields = None if document is None else document.fields
        self._known[name] = (asked_at + REMEMBERED.total_seconds(), fields)
        self._known.move_to_end(name)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return fields
