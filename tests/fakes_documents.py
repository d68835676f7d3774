"""A document store in memory that can be away, hang, or be shared by several instances."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.cache.document_limits import check_writes
from shared.cache.documents import Document, Put, Value, Write
from shared.core.errors import DocumentsUnavailableError


class MemoryDocuments:
    """Keeps everything in a dict; `asked` lists the calls in order."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.asked: list[str] = []
        self.away = False
        self.hanging = False
        self.closed = False
        self._versions = itertools.count(1)

    async def get(self, path: str) -> Document | None:
        await self._ask("get", path)
        return self.documents.get(path)

    async def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        await self._ask("get_many", *paths)
        return {path: self.documents[path] for path in paths if path in self.documents}

    async def list(
        self, collection: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Sequence[Document]:
        await self._ask("list", collection)
        wanted = [path for path in sorted(self.documents) if path.startswith(f"{collection}/{prefix}")]
        return [self.documents[path] for path in wanted if path > f"{collection}/{after}"][:limit]

    async def set(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> None:
        await self._ask("set", path)
        self._write(path, fields)

    async def create(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> bool:
        await self._ask("create", path)
        if path in self.documents:
            return False
        self._write(path, fields)
        return True

    async def replace(
        self, path: str, fields: Mapping[str, Value], *, version: str, expires_at: datetime | None = None
    ) -> bool:
        await self._ask("replace", path)
        if path not in self.documents or self.documents[path].version != version:
            return False
        self._write(path, fields)
        return True

    async def commit(self, writes: Sequence[Write]) -> bool:
        await self._ask("commit", *(write.path for write in writes))
        check_writes(writes)
        if not all(self._is_as_expected(write) for write in writes):
            return False
        for write in writes:
            if isinstance(write, Put):
                self._write(write.path, write.fields)
            else:
                self.documents.pop(write.path, None)
        return True

    def _is_as_expected(self, write: Write) -> bool:
        held = self.documents.get(write.path)
        if write.version is not None:
            return held is not None and held.version == write.version
        return not (isinstance(write, Put) and write.new and held is not None)

    async def delete(self, path: str) -> None:
        await self._ask("delete", path)
        self.documents.pop(path, None)

    async def close(self) -> None:
        self.closed = True

    def of(self, collection: str) -> Sequence[Document]:
        """Return a collection's documents without asking."""
        return [document for path, document in self.documents.items() if path.startswith(f"{collection}/")]

    def _write(self, path: str, fields: Mapping[str, Value]) -> None:
        self.documents[path] = Document(path, dict(fields), str(next(self._versions)))

    async def _ask(self, question: str, *paths: str) -> None:
        self.asked.append(f"{question} {' '.join(path.split('/')[0] for path in paths)}")
        if self.hanging:
            await asyncio.Event().wait()
        if self.away:
            raise DocumentsUnavailableError("the store is away")
