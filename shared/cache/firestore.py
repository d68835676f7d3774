"""The document store of the cloud: Firestore, or its official emulator."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from .document_limits import check_document, check_name, check_path
from .document_protos import read_fields, write_fields
from .documents import Document, Value
from .firestore_channel import HOST, Calls, FirestoreChannels
from .firestore_messages import messages


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
        host: str = HOST,
    ) -> None:
        self._database = f"projects/{project}/databases/{database}"
        self._root = f"{self._database}/documents"
        self._channels = FirestoreChannels(emulator, host)
        self._metadata = [("google-cloud-resource-prefix", self._database)]
        if emulator is not None:
            self._metadata.append(("authorization", "Bearer owner"))
        self._timeout = timeout.total_seconds()

    async def get(self, path: str) -> Document | None:
        """Return the document, or `None`."""
        return (await self.get_many([path])).get(path)

    async def get_many(self, paths: Sequence[str]) -> dict[str, Document]:
        """Return those that exist, by path, in one round trip."""
        for path in paths:
            check_path(path)
        if not paths:
            return {}
        names = [f"{self._root}/{path}" for path in paths]

        async def ask(calls: Calls) -> Sequence[Document]:
            request = messages()["BatchGetDocumentsRequest"](database=self._database, documents=names)
            answers = calls.batch_get_documents(request, **self._routed())
            return [self._document(answer.found) async for answer in answers if answer.HasField("found")]

        return {document.path: document for document in await self._channels.ask(ask, repeatable=True)}

    async def list(self, collection: str, *, limit: int = 1000) -> Sequence[Document]:
        """Return a collection's documents in the order of their names."""
        check_name(collection)
        query = {
            "from": [{"collection_id": collection}],
            "order_by": [{"field": {"field_path": "__name__"}}],
            "limit": {"value": limit},
        }

        async def ask(calls: Calls) -> Sequence[Document]:
            request = messages()["RunQueryRequest"](parent=self._root, structured_query=query)
            answers = calls.run_query(request, **self._routed("parent", self._root))
            return [self._document(answer.document) async for answer in answers if answer.HasField("document")]

        return await self._channels.ask(ask, repeatable=True)

    async def set(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> None:
        """Write the document, whether it exists or not."""
        check_document(path, fields, expires_at)

        async def ask(calls: Calls) -> None:
            await calls.commit(self._update(path, fields, expires_at), **self._routed())

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

        async def ask(calls: Calls) -> None:
            write = {"delete": f"{self._root}/{path}"}
            await calls.commit(messages()["CommitRequest"](database=self._database, writes=[write]), **self._routed())

        await self._channels.ask(ask, repeatable=True)

    async def close(self) -> None:
        """Close the running loop's channel; a later call would open another."""
        await self._channels.close()

    async def _write_if(
        self, condition: Mapping[str, Any], path: str, fields: Mapping[str, Value], expires_at: datetime | None
    ) -> bool:
        async def ask(calls: Calls) -> bool:
            from grpc import RpcError, StatusCode  # type: ignore[import-untyped]

            try:
                await calls.commit(self._update(path, fields, expires_at, condition), **self._routed())
            except RpcError as error:
                if error.code() in (StatusCode.ALREADY_EXISTS, StatusCode.FAILED_PRECONDITION, StatusCode.ABORTED):
                    return False
                raise
            return True

        # Not repeatable: the lost answer may have been a yes, and the second would be a no.
        return await self._channels.ask(ask)

    def _routed(self, by: str = "database", value: str | None = None) -> dict[str, Any]:
        """Return a call's time limit and headers; one tells Google's front where the call belongs."""
        route = urlencode({by: value or self._database}, safe="/")
        return {"timeout": self._timeout, "metadata": [*self._metadata, ("x-goog-request-params", route)]}

    def _update(
        self,
        path: str,
        fields: Mapping[str, Value],
        expires_at: datetime | None,
        condition: Mapping[str, Any] | None = None,
    ) -> Any:
        write = {"update": {"name": f"{self._root}/{path}"}, "current_document": condition}
        request = messages()["CommitRequest"](database=self._database, writes=[write])
        write_fields(request.writes[0].update.fields, fields, expires_at)
        return request

    def _document(self, found: Any) -> Document:
        path = found.name.removeprefix(f"{self._root}/")
        return Document(path, read_fields(found.fields), f"{found.update_time.seconds}.{found.update_time.nanos}")
