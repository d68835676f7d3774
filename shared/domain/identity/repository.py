"""A person's keys and use, in documents: one holds all keys of a person, one more for each key what it is compared with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from shared.auth.keys import HASHES, MadeKey
from shared.auth.usage import DAYS, LAST, counts_of
from shared.cache.documents import DocumentStore, Put, Removal, Value
from shared.cache.owned import name_of, owned

from .records import DayOfUse, KeyRecord, Keys, key_from_fields, key_to_fields

_KEYS = "api_keys"
_ALL = "all"


class IdentityRepository:
    """Reads and writes them; whoever changes keys names the version they saw."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    async def keys(self, uid: str) -> Keys:
        """Return the keys of a person, oldest first."""
        document = await self._documents.get(_path(uid))
        if document is None:
            return Keys()
        listed = cast("list[Mapping[str, Value]]", document.fields["keys"])
        return Keys([key_from_fields(fields) for fields in listed], document.version)

    async def add(self, uid: str, before: Keys, record: KeyRecord, made: MadeKey) -> bool:
        """Keep one more key; return whether nobody else changed the keys meanwhile."""
        compared: dict[str, Value] = {
            "owner": uid,
            "salt": made.salt,
            "digest": made.digest,
            "scopes": list(record.scopes),
            "plan": record.plan,
            "good_until": record.expires_at,
        }
        kept = self._put(uid, before, [*before.records, record])
        hashed = Put(path=f"{HASHES}/{record.id}", fields=compared, new=True, expires_at=record.expires_at)
        return await self._documents.commit([kept, hashed])

    async def remove(self, uid: str, before: Keys, name: str) -> bool:
        """Remove a key; return whether nobody else changed the keys meanwhile."""
        left = [record for record in before.records if record.id != name]
        return await self._documents.commit([self._put(uid, before, left), Removal(path=f"{HASHES}/{name}")])

    async def last_uses(self, uid: str) -> Mapping[str, datetime]:
        """Return when each key was used last, as far as that is written already."""
        document = await self._documents.get(f"{LAST}/{owned(uid, _ALL)}")
        return {} if document is None else cast("Mapping[str, datetime]", document.fields["by_key"])

    async def usage(self, uid: str, *, since: str) -> Sequence[DayOfUse]:
        """Return the counts of a person from a day on, oldest first."""
        days = await self._documents.list(DAYS, prefix=owned(uid))
        return [
            DayOfUse(name_of(document.path), key, count)
            for document in days
            if name_of(document.path) >= since
            for key, count in sorted(counts_of(document).items())
        ]

    def _put(self, uid: str, before: Keys, records: Sequence[KeyRecord]) -> Put:
        fields: dict[str, Value] = {"owner": uid, "keys": [key_to_fields(record) for record in records]}
        return Put(path=_path(uid), fields=fields, version=before.version, new=before.version is None)


def _path(uid: str) -> str:
    return f"{_KEYS}/{owned(uid, _ALL)}"
