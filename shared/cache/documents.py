"""A store of small documents: Firestore in the cloud, its emulator or an embedded one here.

Everything shared by instances that is not a market fact lives in it: cached answers, leases, provider
state, the refresh ledger and the documents that browsers listen to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Value = str | int | float | bool | bytes | datetime | None | list["Value"] | dict[str, "Value"]

LARGEST_PAYLOAD = 900 * 1024
"""Bytes; Firestore refuses fields over 1,048,487 and documents over 1 MiB."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: its fields and the version to name when it is replaced."""

    path: str
    fields: Mapping[str, Value]
    version: str


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

    async def list(self, collection: str, *, limit: int = 1000) -> "Sequence[Document]":
        """Return a collection's documents in the order of their names."""
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

    async def delete(self, path: str) -> None:
        """Remove the document if it is there."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
