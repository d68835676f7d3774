"""The document store of one machine: a SQLite file that its processes share."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from shared.core.clock import Clock
from shared.core.errors import DocumentsUnavailableError

from .document_file import DocumentFile
from .document_limits import check_document, check_name, check_path, check_writes
from .documents import Document, Put, Value, Write

T = TypeVar("T")


class EmbeddedDocuments:
    """A `DocumentStore` on SQLite; the file is opened, and its one thread started, by the first call."""

    def __init__(self, file: Path | str, *, clock: Clock, timeout: timedelta = timedelta(seconds=2)) -> None:
        self._file = Path(file)
        self._clock = clock
        self._timeout = timeout
        self._thread: ThreadPoolExecutor | None = None
        self._open: DocumentFile | None = None  # only the thread touches it

    async def get(self, path: str) -> Document | None:
        """Return the document, or `None`."""
        return (await self.get_many([path])).get(path)

    async def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        """Return those that exist, by path, in one query."""
        for path in paths:
            check_path(path)
        return await self._do(lambda file: file.read(paths))

    async def list(
        self, collection: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Sequence[Document]:
        """Return a collection's documents in the order of their names."""
        check_name(collection)
        return await self._do(lambda file: file.read_collection(collection, limit, prefix=prefix, after=after))

    async def set(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> None:
        """Write the document, whether it exists or not."""
        check_document(path, fields, expires_at)
        await self._do(lambda file: file.put(Put(path=path, fields=fields, expires_at=expires_at)))

    async def create(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> bool:
        """Write the document only where there is none; return whether it was written."""
        check_document(path, fields, expires_at)
        return await self._do(lambda file: file.put(Put(path=path, fields=fields, new=True, expires_at=expires_at)))

    async def replace(
        self, path: str, fields: Mapping[str, Value], *, version: str, expires_at: datetime | None = None
    ) -> bool:
        """Write the document only if it still has `version`; return whether it was written."""
        check_document(path, fields, expires_at)
        write = Put(path=path, fields=fields, version=version, expires_at=expires_at)
        return await self._do(lambda file: file.put(write))

    async def commit(self, writes: "Sequence[Write]") -> bool:
        """Do all the writes or none; return whether they were done."""
        check_writes(writes)
        return await self._do(lambda file: file.commit(writes))

    async def delete(self, path: str) -> None:
        """Remove the document if it is there."""
        check_path(path)
        await self._do(lambda file: file.delete(path))

    async def close(self) -> None:
        """Close the file and end the thread; a later call would begin anew."""
        thread, self._thread = self._thread, None
        if thread is not None:
            await asyncio.get_running_loop().run_in_executor(thread, self._let_go)
            thread.shutdown(wait=False)

    async def _do(self, work: Callable[[DocumentFile], T]) -> T:
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="documents")
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._perform, work)
        except (sqlite3.Error, OSError) as error:
            reason = "no answer in time" if isinstance(error, TimeoutError) else error
            raise DocumentsUnavailableError(f"documents in {self._file.name}: {reason}") from error

    def _perform(self, work: Callable[[DocumentFile], T]) -> T:
        if self._open is None:
            self._open = DocumentFile(self._file, clock=self._clock, timeout=self._timeout)
        try:
            return work(self._open)
        except sqlite3.Error:
            # Opened anew next time: the file may have been mended or put back.
            self._let_go()
            raise

    def _let_go(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
