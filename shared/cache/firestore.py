"""The document store of the cloud: Firestore, or its official emulator."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from .document_limits import check_document, check_name, check_path, check_writes
from .document_protos import read_fields, write_fields
from .documents import LAST_CHARACTER, Document, Put, Removal, Value, Write
from .firestore_channel import HOST, Calls, FirestoreChannels
from .firestore_messages import messages

_NOT_AS_EXPECTED = {"ALREADY_EXISTS", "FAILED_PRECONDITION", "NOT_FOUND", "ABORTED"}
"""How Firestore says that a write's condition does not hold, or that another transaction came first."""


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

    async def list(
        self, collection: str, *, prefix: str = "", after: str = "", limit: int = 1000
    ) -> Sequence[Document]:
        """Return a collection's documents in the order of their names."""
        check_name(collection)
        query = {
            "from": [{"collection_id": collection}],
            "order_by": [{"field": {"field_path": "__name__"}}],
            "limit": {"value": limit},
            **self._between(collection, prefix, after),
        }

        async def ask(calls: Calls) -> Sequence[Document]:
            request = messages()["RunQueryRequest"](parent=self._root, structured_query=query)
            answers = calls.run_query(request, **self._routed("parent", self._root))
            return [self._document(answer.document) async for answer in answers if answer.HasField("document")]

        return await self._channels.ask(ask, repeatable=True)

    def _between(self, collection: str, prefix: str, after: str) -> Mapping[str, Any]:
        """Return the query's cursors: from the prefix or behind the name before, up to the prefix's end."""

        def cursor(name: str, *, before: bool) -> Mapping[str, Any]:
            return {"values": [{"reference_value": f"{self._root}/{collection}/{name}"}], "before": before}

        bounds = {}
        if prefix:
            bounds["end_at"] = cursor(prefix + LAST_CHARACTER, before=True)
        if after and after >= prefix:
            bounds["start_at"] = cursor(after, before=False)
        elif prefix:
            bounds["start_at"] = cursor(prefix, before=True)
        return bounds

    async def set(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> None:
        """Write the document, whether it exists or not."""
        check_document(path, fields, expires_at)

        async def ask(calls: Calls) -> None:
            await calls.commit(self._commit([Put(path=path, fields=fields, expires_at=expires_at)]), **self._routed())

        await self._channels.ask(ask, repeatable=True)

    async def create(self, path: str, fields: Mapping[str, Value], *, expires_at: datetime | None = None) -> bool:
        """Write the document only where there is none; return whether it was written."""
        return await self.commit([Put(path=path, fields=fields, new=True, expires_at=expires_at)])

    async def replace(
        self, path: str, fields: Mapping[str, Value], *, version: str, expires_at: datetime | None = None
    ) -> bool:
        """Write the document only if it still has `version`; return whether it was written."""
        return await self.commit([Put(path=path, fields=fields, version=version, expires_at=expires_at)])

    async def commit(self, writes: "Sequence[Write]") -> bool:
        """Do all the writes or none; return whether they were done."""
        check_writes(writes)
        if not writes:
            return True
        return await self._write_if(self._commit(writes))

    async def delete(self, path: str) -> None:
        """Remove the document if it is there."""
        check_path(path)

        async def ask(calls: Calls) -> None:
            await calls.commit(self._commit([Removal(path=path)]), **self._routed())

        await self._channels.ask(ask, repeatable=True)

    async def close(self) -> None:
        """Close the running loop's channel; a later call would open another."""
        await self._channels.close()

    async def _write_if(self, request: Any) -> bool:
        if request is None:
            return False

        async def ask(calls: Calls) -> bool:
            from grpc import RpcError  # type: ignore[import-untyped]

            try:
                await calls.commit(request, **self._routed())
            except RpcError as error:
                if error.code().name in _NOT_AS_EXPECTED:
                    return False
                raise
            return True

        # Not repeatable: the lost answer may have been a yes, and the second would be a no.
        return await self._channels.ask(ask)

    def _routed(self, by: str = "database", value: str | None = None) -> dict[str, Any]:
        """Return a call's time limit and headers; one tells Google's front where the call belongs."""
        route = urlencode({by: value or self._database}, safe="/")
        return {"timeout": self._timeout, "metadata": [*self._metadata, ("x-goog-request-params", route)]}

    def _commit(self, writes: "Sequence[Write]") -> Any:
        """Return the request; `None` when a version is none of ours, so that no document can have it."""
        request = messages()["CommitRequest"](database=self._database)
        for write in writes:
            name = f"{self._root}/{write.path}"
            operation = {"update": {"name": name}} if isinstance(write, Put) else {"delete": name}
            condition = _condition(write)
            if condition is None:
                return None
            added = request.writes.add(**operation, current_document=condition or None)
            if isinstance(write, Put):
                write_fields(added.update.fields, write.fields, write.expires_at)
        return request

    def _document(self, found: Any) -> Document:
        path = found.name.removeprefix(f"{self._root}/")
        return Document(path, read_fields(found.fields), f"{found.update_time.seconds}.{found.update_time.nanos}")


def _condition(write: Write) -> Mapping[str, Any] | None:
    """Return what must be true of the document before; nothing when it may be as it is."""
    if write.version is not None:
        seconds, _, nanos = write.version.partition(".")
        if not (seconds.isdecimal() and nanos.isdecimal()):
            return None
        return {"update_time": {"seconds": int(seconds), "nanos": int(nanos)}}
    return {"exists": False} if isinstance(write, Put) and write.new else {}
