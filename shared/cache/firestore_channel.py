"""Connections to Firestore or its emulator, one for each event loop.

The official library is not used (docs/decisions/0002-firestore-without-its-library.md): importing it is most of a cold
start, after an outage its channel waits up to two minutes before it connects again, and its high-level client cannot
replace a whole document on the condition that it is unchanged.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from shared.core.errors import DocumentsUnavailableError

from .firestore_messages import PACKAGE, messages

T = TypeVar("T")

HOST = "firestore.googleapis.com:443"
_SCOPE = "https://www.googleapis.com/auth/datastore"
_OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)


class Calls:
    """What Firestore is asked over one channel: requests and answers are classes of `messages()`."""

    def __init__(self, channel: Any) -> None:
        self._channel = channel
        self.batch_get_documents = self._method(channel.unary_stream, "BatchGetDocuments")
        self.run_query = self._method(channel.unary_stream, "RunQuery")
        self.commit = self._method(channel.unary_unary, "Commit")

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    @staticmethod
    def _method(kind: Callable[..., Any], name: str) -> Callable[..., Any]:
        request, response = messages()[f"{name}Request"], messages()[f"{name}Response"]
        path = f"/{PACKAGE}.Firestore/{name}"
        method: Callable[..., Any] = kind(
            path, request_serializer=request.SerializeToString, response_deserializer=response.FromString
        )
        return method


class FirestoreChannels:
    """Asks Firestore over the running loop's channel, which the first question opens."""

    def __init__(self, emulator: str | None, host: str = HOST) -> None:
        self._emulator = emulator
        self._host = host
        self._opened: WeakKeyDictionary[asyncio.AbstractEventLoop, Calls] = WeakKeyDictionary()

    async def ask(self, question: Callable[[Calls], Awaitable[T]], *, repeatable: bool = False) -> T:
        """Return what `question` makes of the calls; it brings its own deadline.

        With `repeatable` it is asked once more when the connection turns out to be lost, as it often is after an
        instance lay idle without processor time.

        Raises:
            DocumentsUnavailableError: there is no answer, or Firestore refused.
        """
        calls = await self._calls()

        from grpc import RpcError, StatusCode  # type: ignore[import-untyped]

        try:
            try:
                return await question(calls)
            except RpcError as error:
                if not repeatable or error.code() is not StatusCode.UNAVAILABLE:
                    raise
                return await question(calls)
        except RpcError as error:
            raise DocumentsUnavailableError(f"Firestore: {error.code().name} {error.details()}") from error

    async def close(self) -> None:
        """Close the running loop's channel."""
        calls = self._opened.pop(asyncio.get_running_loop(), None)
        if calls is not None:
            await calls.close()

    async def _calls(self) -> Calls:
        loop = asyncio.get_running_loop()
        if loop not in self._opened:
            # Importing takes time and finding credentials may ask the metadata server: neither may hold up the loop.
            credentials = await asyncio.to_thread(_prepare, self._emulator)
            # Another first question may have been faster.
            if loop not in self._opened:
                self._opened[loop] = Calls(self._channel(credentials))
        return self._opened[loop]

    def _channel(self, credentials: Any) -> Any:
        from grpc import aio

        if self._emulator is not None:
            return aio.insecure_channel(self._emulator, options=_OPTIONS)
        return aio.secure_channel(self._host, credentials, options=_OPTIONS)


def _prepare(emulator: str | None) -> Any:
    """Import what is needed and return the channel's credentials, which the emulator does without."""
    import grpc

    messages()
    if emulator is not None:
        return None
    import google.auth
    from google.auth.exceptions import GoogleAuthError
    from google.auth.transport.grpc import AuthMetadataPlugin
    from google.auth.transport.requests import Request

    try:
        credentials, _ = google.auth.default(scopes=[_SCOPE])
    except GoogleAuthError as error:
        raise DocumentsUnavailableError(f"Firestore: {error}") from error
    # Asks for a token with every call, and renews it in time.
    tokens = grpc.metadata_call_credentials(AuthMetadataPlugin(credentials, Request()))
    return grpc.composite_channel_credentials(grpc.ssl_channel_credentials(), tokens)
