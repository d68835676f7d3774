"""`Idempotency-Key`: a POST that is sent again adds nothing and is answered as the first time.

The key is kept in the commit that does the work, so there is never one without the other. What was refused is not kept.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from shared.cache.documents import DocumentStore, Put, Write
from shared.cache.owned import owned
from shared.core.errors import ConflictError

COLLECTION = "idempotency"
KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A POST that may be sent again."""

    owner: str
    key: str | None
    """What the caller gave; without it nothing is remembered."""
    asked: str
    """A digest of path and body, so that the key is not used for something else."""

    @classmethod
    def of(cls, owner: str, key: str | None, path: str, body: Mapping[str, object] | str) -> "Attempt":
        """Return the attempt."""
        text = json.dumps([path, body], sort_keys=True, default=str)
        return cls(owner, key, hashlib.sha256(text.encode()).hexdigest())

    @property
    def path(self) -> str:
        """Return where it is kept; callers' keys may hold anything, so their digests are the names."""
        return f"{COLLECTION}/{owned(self.owner, hashlib.sha256(f'portfolio {self.key}'.encode()).hexdigest())}"


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is known of an attempt."""

    attempt: Attempt
    answer: str | None
    version: str | None
    """Of a document that is too old to count."""

    def writes(self, answer: str, now: datetime) -> Sequence[Write]:
        """Return what belongs into the commit that does the work."""
        if self.attempt.key is None:
            return ()
        attempt = self.attempt
        return (
            Put(
                path=attempt.path,
                fields={"owner": attempt.owner, "asked": attempt.asked, "answer": answer, "at": now},
                version=self.version,
                new=self.version is None,
                expires_at=now + KEPT_FOR,
            ),
        )


async def recall(documents: DocumentStore, attempt: Attempt, now: datetime) -> Recalled:
    """Return the first answer, if there was one within a day.

    Raises:
        ConflictError: the key was used for something else.
        DocumentsUnavailableError: the store does not answer.
    """
    document = None if attempt.key is None else await documents.get(attempt.path)
    if document is None:
        return Recalled(attempt, None, None)
    if now - cast("datetime", document.fields["at"]) > KEPT_FOR:
        return Recalled(attempt, None, document.version)
    if document.fields["asked"] != attempt.asked:
        raise ConflictError("idempotency_key_reused", "The Idempotency-Key was used for another request")
    return Recalled(attempt, str(document.fields["answer"]), None)
