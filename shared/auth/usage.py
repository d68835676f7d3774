"""How often people and their keys asked, by day: counted in memory, written now and then, inside an answer.

Nothing runs after an answer, so what an instance counted in its last minute is lost with it: the numbers are a service to the key's owner,
not a bill.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from shared.cache.documents import Document, DocumentStore, Put, Value
from shared.cache.owned import owned
from shared.core.clock import Clock
from shared.core.errors import DocumentsUnavailableError
from shared.records.caller import Caller

log = logging.getLogger(__name__)

DAYS = "api_usage"
"""The collection of counts, a document for each person and day."""
LAST = "api_key_uses"
"""The collection of last uses, a document for each person."""
SIGNED_IN = "token"
"""What stands for a key's id where a person asked with an ID token."""
KEPT = timedelta(days=90)
_ATTEMPTS = 3
_AT_ONCE = 20
"""People whose counts one request writes at most; the others' wait for the next."""

Counts = dict[str, int]


class UsageBook:
    """Counts of this instance that are not written yet."""

    def __init__(self, documents: DocumentStore, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock
        self._pending: dict[str, Counter[str]] = {}

    async def record(self, uses: Sequence[tuple[Caller, int]]) -> None:
        """Write how often callers asked; what cannot be written is tried again with the next."""
        for caller, times in uses:
            self._pending.setdefault(caller.uid, Counter())[caller.key_id or SIGNED_IN] += times
        for uid in list(self._pending)[:_AT_ONCE]:
            counts = self._pending.pop(uid)
            if not await self._written(uid, counts):
                self._pending.setdefault(uid, Counter()).update(counts)

    async def _written(self, uid: str, counts: Mapping[str, int]) -> bool:
        now = self._clock.now()
        day, last = f"{DAYS}/{owned(uid, now.date().isoformat())}", f"{LAST}/{owned(uid, 'all')}"
        try:
            for _ in range(_ATTEMPTS):
                found = await self._documents.get_many([day, last])
                writes = [
                    _put(day, found.get(day), uid, _added(found.get(day), counts), expires_at=now + KEPT),
                    _put(last, found.get(last), uid, _latest(found.get(last), counts, now)),
                ]
                if await self._documents.commit(writes):
                    return True
        except DocumentsUnavailableError as error:
            log.warning("usage.not_written", extra={"reason": str(error)})
        return False


def _put(
    path: str, found: Document | None, uid: str, by_key: dict[str, Value], *, expires_at: datetime | None = None
) -> Put:
    fields: dict[str, Value] = {"owner": uid, "by_key": by_key}
    version = None if found is None else found.version
    return Put(path=path, fields=fields, version=version, new=found is None, expires_at=expires_at)


def _added(found: Document | None, counts: Mapping[str, int]) -> dict[str, Value]:
    before = counts_of(found)
    return {name: before.get(name, 0) + counts.get(name, 0) for name in {*before, *counts}}


def _latest(found: Document | None, counts: Mapping[str, int], now: datetime) -> dict[str, Value]:
    before = {} if found is None else cast("dict[str, Value]", found.fields["by_key"])
    return {**before, **dict.fromkeys(counts, now)}


def counts_of(found: Document | None) -> Counts:
    """Return a day's counts by key."""
    return {} if found is None else cast("Counts", found.fields["by_key"])
