"""The second tier: answers that instances share as documents, one compressed field each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared.core.clock import Clock

from .documents import LARGEST_PAYLOAD, Document, DocumentStore, Value
from .entry import Entry, Header, packed, unpacked
from .freshness import Freshness
from .guarded import GuardedStore

SCHEMA = 1
"""Of the document's fields; another number is a miss."""


class DocumentTier:
    """Entries in the collection `cache`, named by key and revision: a roll-back finds its own answers again."""

    def __init__(self, store: GuardedStore, *, clock: Clock, generation: str, always: Sequence[Header] = ()) -> None:
        self._store = store
        self._clock = clock
        self._generation = generation
        self._always = always

    async def read(self, key: str) -> Entry | None:
        """Return the entry, whatever its age, or `None`."""
        path = self._path(key)

        async def get(store: DocumentStore) -> Entry | None:
            document = await store.get(path)
            return None if document is None else self._entry(document)

        return await self._store.ask("read", get, otherwise=None)

    async def write(self, key: str, entry: Entry) -> None:
        """Share the entry, unless it is over what one document may hold."""
        body = entry.form.packed or packed(entry.form.body)
        if len(body) > LARGEST_PAYLOAD:
            return
        fields = self._fields(entry, body)
        kept_until = self._time(max(entry.stale_until, entry.error_until))
        path = self._path(key)
        await self._store.ask("write", lambda store: store.set(path, fields, expires_at=kept_until), otherwise=None)

    def _path(self, key: str) -> str:
        return f"cache/{self._generation}-{key}"

    def _fields(self, entry: Entry, body: bytes) -> dict[str, Value]:
        # Firestore holds no list within a list, so names and values take turns.
        headers: list[Value] = [part.decode("latin-1") for header in entry.headers for part in header]
        return {
            "schema": SCHEMA,
            "body": body,
            "etag": entry.form.etag.decode(),
            "headers": headers,
            "made_at": self._time(entry.made),
            "fresh_until": self._time(entry.fresh_until),
            "stale_until": self._time(entry.stale_until),
            "error_until": self._time(entry.error_until),
        }

    def _entry(self, document: Document) -> Entry | None:
        fields = document.fields
        if fields.get("schema") != SCHEMA:
            return None
        body, headers = fields["body"], fields["headers"]
        if not isinstance(body, bytes) or not isinstance(headers, list):
            raise TypeError(f"{document.path} is not a cached answer")
        parts = [str(part).encode("latin-1") for part in headers]
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
        made = self._seconds(fields, "made_at")
        # The clocks of two instances may differ; an answer from the future is one made now.
        made = min(made, self._clock.monotonic())
        entry = Entry(pairs, unpacked(body), Freshness("", 0), made=made, always=self._always, packed=body)
        entry.fresh_until = self._seconds(fields, "fresh_until")
        entry.stale_until = self._seconds(fields, "stale_until")
        entry.error_until = self._seconds(fields, "error_until")
        return entry

    def _time(self, seconds: float) -> datetime:
        return self._clock.now() + timedelta(seconds=seconds - self._clock.monotonic())

    def _seconds(self, fields: Mapping[str, Value], name: str) -> float:
        at = fields[name]
        if not isinstance(at, datetime):
            raise TypeError(f"{name} is not a time")
        return self._clock.monotonic() + (at - self._clock.now()).total_seconds()
