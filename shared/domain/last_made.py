"""How many of something one person may have, kept exactly.

Counting and then writing lets two requests of one moment both find room. So the name of what was made last is kept in a document of its
owner. It is read before the things are counted, and replaced in the commit that makes another: of two that counted the same only one
is written, and the other counts again. Removing need not tell: it only makes room.
"""

from dataclasses import dataclass

from shared.cache.documents import DocumentStore, Put, Write
from shared.cache.owned import owned

COLLECTION = "last_made"


@dataclass(frozen=True, slots=True)
class LastMade:
    """What of a kind an owner made last, as it was before the things were counted."""

    owner: str
    kind: str
    version: str | None

    @property
    def path(self) -> str:
        """Return where it is kept."""
        return f"{COLLECTION}/{owned(self.owner, self.kind)}"

    def replaced_by(self, name: str) -> Write:
        """Return what belongs into the commit that makes another of this name, which was never given before."""
        fields = {"owner": self.owner, "name": name}
        return Put(path=self.path, fields={**fields}, version=self.version, new=self.version is None)


async def last_made(documents: DocumentStore, owner: str, kind: str) -> LastMade:
    """Return what an owner made last; the things are counted afterwards.

    Raises:
        DocumentsUnavailableError: the store does not answer.
    """
    unknown = LastMade(owner, kind, None)
    found = await documents.get(unknown.path)
    return LastMade(owner, kind, None if found is None else found.version)
