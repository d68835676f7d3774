"""The document store of the cloud: Firestore, or its official emulator."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from .document_limits import check_document, check_name, check_path
from .document_protos import read_fields, write_fields
from .documents import Document, Value
from .firestore_channel import FirestoreChannels

if TYPE_CHECKING:
    from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
    from google.cloud.firestore_v1.types import CommitRequest
    from google.cloud.firestore_v1.types import Document as FoundDocument


class FirestoreDocuments:
    """A `DocumentStore` on Firestore; packages are imported and a channel opened by the first call of an event loop.

    `expires_at` is the field that a TTL policy deletes by. A write that changes nothing keeps the version (Firestore's
    own rule), so racers who replace a document must write something of their own.
    """

    def __init__(
        self,
        project: str,
        *,
        database: str = "(default)",
        timeout: timedelta = timedelta(seconds=2),
        emulator: str | None = None,
    ) -> None:
        self._database = f"projects/{project}/databases/{database}"
        self._root = f"{self._database}/documents"
        self._channels = FirestoreChannels(emulator)
        metadata = [("google-cloud-resource-prefix", self._database)]
        if emulator is not None:
            metadata.append(("authorization", "Bearer owner"))
        # The library's own retries would go on for a minute.
        self._call: dict[str, Any] = {"retry": None, "timeout": timeout.total_seconds(), "metadata": metadata}

    async def get(self, path: str) -> Document | None:
        """Return the document, or `None`."""
        return (await self.get_many([path])).get(path)

    async def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        """Return those that exist, by path, in one round trip."""
        for path in paths:
            check_path(path)
        if not paths:
            return {}
        request = {"database": self._database, "documents": [f"{self._root}/{path}" for path in paths]}

        async def ask(client: "FirestoreAsyncClient") -> Sequence[Document]:
            answers = await client.batch_get_documents(request, **self._call)
            return [self._document(answer.found) async for answer in answers if "found" in answer]

        return {document.path: document for document in await self._channels.ask(ask, repeatable=True)}

    async def list(self, collection: str, *, limit: int = 1000) -> Sequence[Document]:
        """Return a collection's documents in the order of their names."""
        check_name(collection)
        query = {
            "from_": [{"collection_id": collection}],
            "order_by": [{"field": {"field_path": "__name__"}, "direction": "ASCENDING"}],
            "limit": limit,
        }

        async def ask(client: "FirestoreAsyncClient") -> Sequence[Document]:
            answers = await client.run_query({"parent": self._root, "structured_query": query}, **self._call)
            return [self._document(answer.document) async for answer in answers if "document" in answer]

        return await self._channels.ask(ask, repeatable=True)

    async def set(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> None:
        """Write the document, whether it exists or not."""
        check_document(path, fields, expires_at)

        async def ask(client: "FirestoreAsyncClient") -> None:
            await client.commit(self._update(path, fields, expires_at), **self._call)

        await self._channels.ask(ask, repeatable=True)

    async def create(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> bool:
        """Write the document only where there is none; return whether it was written."""
        check_document(path, fields, expires_at)
        return await self._write_if({"exists": False}, path, fields, expires_at)

    async def replace(
        self, path: str, fields: Mapping[str, Value], *, version: str, expires_at: datetime | None = None
    ) -> bool:
        """Write the document only if it still has `version`; return whether it was written."""
        check_document(path, fields, expires_at)
        seconds, _, nanos = version.partition(".")
        if not (seconds.isdecimal() and nanos.isdecimal()):
            return False
        unchanged = {"update_time": {"seconds": int(seconds), "nanos": int(nanos)}}
        return await self._write_if(unchanged, path, fields, expires_at)

    async def delete(self, path: str) -> None:
        """Remove the document if it is there."""
        check_path(path)
        request = {"database": self._database, "writes": [{"delete": f"{self._root}/{path}"}]}

        async def ask(client: "FirestoreAsyncClient") -> None:
            await client.commit(request, **self._call)

        await self._channels.ask(ask, repeatable=True)

    async def close(self) -> None:
        """Close the running loop's channel; a later call would open another."""
        await self._channels.close()

    async def _write_if(
        self, condition: Mapping[str, Any], path: str, fields: Mapping[str, Value], expires_at: datetime | None
    ) -> bool:
        async def ask(client: "FirestoreAsyncClient") -> bool:
            from google.api_core.exceptions import Conflict, FailedPrecondition

            try:
                await client.commit(self._update(path, fields, expires_at, condition), **self._call)
            except (Conflict, FailedPrecondition):
                return False
            return True

        # Not repeatable: the lost answer may have been a yes, and the second would be a no.
        return await self._channels.ask(ask)

    def _update(
        self,
        path: str,
        fields: Mapping[str, Value],
        expires_at: datetime | None,
        condition: Mapping[str, Any] | None = None,
    ) -> "CommitRequest":
        from google.cloud.firestore_v1.types import CommitRequest

        write = {"update": {"name": f"{self._root}/{path}"}, "current_document": condition}
        request = CommitRequest({"database": self._database, "writes": [write]})
        write_fields(CommitRequest.pb(request).writes[0].update.fields, fields, expires_at)
        return request

    def _document(self, found: "FoundDocument") -> Document:
        message = type(found).pb(found)
        path = message.name.removeprefix(f"{self._root}/")
        version = f"{message.update_time.seconds}.{message.update_time.nanos}"
        return Document(path, read_fields(message.fields), version)
