"""Connections to Firestore or its emulator, one for each event loop.

The library's high-level client is not used, for two things it hides: after an outage its channel waits up to two
minutes before it connects again, and it cannot replace a whole document on the condition that it is unchanged.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from shared.core.errors import DocumentsUnavailableError

if TYPE_CHECKING:
    from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient

T = TypeVar("T")

_OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
)


class FirestoreChannels:
    """Asks Firestore over the running loop's channel, which the first question opens."""

    def __init__(self, emulator: str | None) -> None:
        self._emulator = emulator
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, FirestoreAsyncClient] = WeakKeyDictionary()

    async def ask(self, question: "Callable[[FirestoreAsyncClient], Awaitable[T]]", *, repeatable: bool = False) -> T:
        """Return what `question` makes of the client; its call brings its own deadline.

        With `repeatable` it is asked once more when the connection turns out to be lost, as it often is after an
        instance lay idle without processor time.

        Raises:
            DocumentsUnavailableError: there is no answer, or Firestore refused.
        """
        client = await self._client()

        from google.api_core.exceptions import GoogleAPIError, ServiceUnavailable

        try:
            try:
                return await question(client)
            except ServiceUnavailable:
                if not repeatable:
                    raise
                return await question(client)
        except GoogleAPIError as error:
            raise DocumentsUnavailableError(f"Firestore: {error}") from error

    async def close(self) -> None:
        """Close the running loop's channel."""
        client = self._clients.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.transport.close()

    async def _client(self) -> "FirestoreAsyncClient":
        loop = asyncio.get_running_loop()
        if loop not in self._clients:
            # Importing takes 0.5 s and finding credentials may ask the metadata server: neither may hold up the loop.
            credentials = await asyncio.to_thread(_prepare, self._emulator)
            # Another first question may have been faster.
            if loop not in self._clients:
                self._clients[loop] = _connect(self._emulator, credentials)
        return self._clients[loop]


def _prepare(emulator: str | None) -> Any:
    import google.auth
    import google.cloud.firestore_v1.services.firestore
    from google.auth.exceptions import GoogleAuthError

    if emulator is not None:
        return None
    try:
        credentials, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/datastore"])
    except GoogleAuthError as error:
        raise DocumentsUnavailableError(f"Firestore: {error}") from error
    return credentials


def _connect(emulator: str | None, credentials: Any) -> "FirestoreAsyncClient":
    from google.cloud.firestore_v1.services.firestore import FirestoreAsyncClient
    from google.cloud.firestore_v1.services.firestore.transports import FirestoreGrpcAsyncIOTransport
    from grpc import aio  # type: ignore[import-untyped]

    if emulator is not None:
        channel = aio.insecure_channel(emulator, options=_OPTIONS)
    else:
        channel = FirestoreGrpcAsyncIOTransport.create_channel(credentials=credentials, options=_OPTIONS)
    return FirestoreAsyncClient(transport=FirestoreGrpcAsyncIOTransport(channel=channel))
