"""A store of small documents: Firestore in the cloud, its emulator or an embedded one here.

Everything shared by instances that is not a market fact lives in it: cached answers, leases, provider
state, the refresh ledger and the documents that browsers listen to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Value = str | int | float | bool | bytes | datetime | None | list["Value"] | dict[str, "Value"]

LAST_CHARACTER = "\U0010ffff"
"""No name goes on so: what begins with a prefix comes before the prefix and this."""

LARGEST_PAYLOAD = 900 * 1024
"""Bytes; Firestore refuses fields over 1,048,487 and documents over 1 MiB."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: its fields and the version to name when it is replaced."""

    path: str
    fields: Mapping[str, Value]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """A document to be written; with `version` only over that one, with `new` only where there is none."""

    path: str
    fields: Mapping[str, Value]
    version: str | None = None
    new: bool = False
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """A document to be removed, with `version` only that one; without, it may be missing."""

    path: str
    version: str | None = None


Write = Put | Removal
MOST_WRITES = 500
"""Of one commit; Firestore's own limit was this for long and is now the size of the request."""


class DocumentStore(Protocol):
    """What both stores promise; `tests/contract/test_documents.py` runs over each.

    Paths are `collection/name`; names hold no slash. `expires_at` is housekeeping: a reader checks
    freshness itself, and an expired document may still be found. Every method raises
    `DocumentsUnavailableError` when the store does not answer within its time limit.
    """

    async def get(self, path: str) -> Document | None:
        """Return the document, or `None`."""
        ...

    async def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        """Return those that exist, by path, read in one round trip."""
        ...

    async def list(
        self, collection: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> "Sequence[Document]":
        """Return a collection's documents in the order of their names (of their bytes).

        Args:
            collection: Whose documents.
            prefix: Only those whose names begin so.
            after: Only those whose names come after this one: the last of the page before.
            limit: How many at most.
        """
        ...

    async def set(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> None:
        """Write the document, whether it exists or not.

        Raises:
            DocumentTooLargeError: it is over the store's limit.
        """
        ...

    async def create(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> bool:
        """Write the document only where there is none; return whether it was written."""
        ...

    async def replace(
        self, path: str, fields: Mapping[str, Value], *, version: str, expires_at: datetime | None = None
    ) -> bool:
        """Write the document only if it still has `version`; return whether it was written."""
        ...

    async def commit(self, writes: "Sequence[Write]") -> bool:
        """Do all the writes or none; return whether they were done: every `version` held, every `new` was.

        Raises:
            DocumentTooLargeError: one of them is over the store's limit.
            ValueError: there are over `MOST_WRITES`, or two of one path.
        """
        ...

    async def delete(self, path: str) -> None:
        """Remove the document if it is there."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
