"""`Idempotency-Key`: a request that is sent again is answered as the first time, and nothing is done twice.

The key is kept in the commit that does the work, so there is never one without the other. What was refused is not kept:
a second attempt may succeed.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from shared.cache.documents import DocumentStore, Put, Value, Write
from shared.cache.owned import owned
from shared.core.clock import Clock
from shared.core.errors import ConflictError

COLLECTION = "idempotency"
KEPT_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that may be sent again."""

    group: str
    """Endpoint group: keys of one mean nothing in another."""
    owner: str
    key: str | None
    """What the caller gave; without it nothing is remembered."""
    asked: str
    """A digest of path and body, so that the key is not used for something else."""

    @classmethod
    def of(cls, group: str, owner: str, key: str | None, path: str, body: Mapping[str, object] | str) -> "Attempt":
        """Return the attempt of a POST."""
        text = json.dumps([path, body], sort_keys=True, default=str)
        return cls(group, owner, key, hashlib.sha256(text.encode()).hexdigest())

    @property
    def path(self) -> str:
        """Return where it is kept; callers' keys may hold anything, so their digests are the names."""
        return f"{COLLECTION}/{owned(self.owner, hashlib.sha256(f'{self.group} {self.key}'.encode()).hexdigest())}"


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is known of an attempt."""

    attempt: Attempt
    answer: str | None
    """The first one's."""
    version: str | None
    """Of a document that is older than it counts."""

    def writes(self, answer: str, now: datetime) -> Sequence[Write]:
        """Return what is to be written in the commit that does the work."""
        if self.attempt.key is None:
            return ()
        fields: dict[str, Value] = {
            "owner": self.attempt.owner,
            "asked": self.attempt.asked,
            "answer": answer,
            "at": now,
        }
        return (
            Put(
                path=self.attempt.path,
                fields=fields,
                version=self.version,
                new=self.version is None,
                expires_at=now + KEPT_FOR,
            ),
        )


class IdempotencyKeys:
    """The keys of the last 24 hours."""

    def __init__(self, documents: DocumentStore, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock

    async def recall(self, attempt: Attempt) -> Recalled:
        """Return the first answer, if there was one.

        Raises:
            ConflictError: the key was used for something else.
            DocumentsUnavailableError: the store does not answer.
        """
        document = None if attempt.key is None else await self._documents.get(attempt.path)
        if document is None:
            return Recalled(attempt, None, None)
        if self._clock.now() - cast("datetime", document.fields["at"]) > KEPT_FOR:
            return Recalled(attempt, None, document.version)
        if document.fields["asked"] != attempt.asked:
            raise ConflictError("idempotency_key_reused", "The Idempotency-Key was used for another request")
        return Recalled(attempt, str(document.fields["answer"]), None)
