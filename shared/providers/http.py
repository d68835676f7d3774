"""The way out: one request at a time over pooled connections, within bounds of time, size and place.

Every way in which the HTTP library can fail becomes one class of the tree in `shared.core.errors`. Exceptions of
the library are named, never quoted: their texts may hold what we sent.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.core.clock import Clock
from shared.core.errors import (
    BadPayloadError,
    ConnectionFailedError,
    DeadlineExceededError,
    RefusedError,
    UpstreamError,
)
from shared.core.trust import authorities

from .contract import Reply
from .numbers import JsonValue

if TYPE_CHECKING:
    import httpx2

USER_AGENT = "CryptoPrism/0.1 (market data refresh)"
LARGEST_BODY = 64 * 1024 * 1024
"""Bytes after decompression; the largest real answer, CoinPaprika's, has about 8 MB."""
_MOST_REDIRECTS = 3


class HttpClient:
    """Requests on httpx2; connections are opened on first use, so it may be built before the process forks."""

    def __init__(
        self, clock: Clock, *, timeout: timedelta = timedelta(seconds=15), largest_body: int = LARGEST_BODY
    ) -> None:
        self._clock = clock
        self._timeout = timeout
        self._largest_body = largest_body
        self._client: httpx2.AsyncClient | None = None

    async def get(self, provider: str, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        """Return the answer, whatever its status; a redirect within the same origin is followed.

        Raises:
            ConnectionFailedError: no connection, or it broke.
            DeadlineExceededError: no full answer within the time-out.
            RefusedError: a redirect to another origin, where our key has no business.
            BadPayloadError: a body that is too large or cannot be decompressed.
        """
        import httpx2

        def asked() -> Coroutine[Any, Any, Reply]:
            # Parameters of the address itself stay: a feed's may have some.
            whole = httpx2.URL(url, params=dict(params)) if params else httpx2.URL(url)
            return self._followed(provider, whole, headers)

        return await self._within(provider, asked)

    async def post(self, provider: str, url: str, *, body: JsonValue, headers: Mapping[str, str]) -> Reply:
        """Send JSON and return the answer, whatever its status; a redirect is not followed.

        Raises:
            UpstreamError: as `get`.
        """
        import httpx2

        said, sent = {**headers, "content-type": "application/json"}, json.dumps(body).encode()
        return await self._within(provider, lambda: self._once(provider, httpx2.URL(url), said, sent))

    async def _within(self, provider: str, asked: Callable[[], Coroutine[Any, Any, Reply]]) -> Reply:
        import httpx2

        failures = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.CookieConflict, httpx2.StreamError, OSError)
        try:
            async with asyncio.timeout(self._timeout.total_seconds()):
                return await asked()
        except failures as error:
            raise self.translated(provider, error) from error

    def translated(self, provider: str, error: Exception) -> UpstreamError:
        """Return what an exception of the HTTP library means."""
        import httpx2

        if isinstance(error, httpx2.TimeoutException | TimeoutError):
            return DeadlineExceededError(provider, self._timeout)
        if isinstance(error, httpx2.DecodingError):
            return BadPayloadError(provider, "the body cannot be decompressed")
        return ConnectionFailedError(provider, f"no answer ({type(error).__name__})")

    def now(self) -> datetime:
        """Return the time of day."""
        return self._clock.now()

    async def ready(self) -> None:
        """Import the library and read certificates, in a thread: with a caller waiting it must not count as an answer's delay."""
        if self._client is None:
            await asyncio.to_thread(self._opened)

    async def close(self) -> None:
        """Let go of the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _followed(self, provider: str, url: "httpx2.URL", headers: Mapping[str, str]) -> Reply:
        origin = (url.scheme, url.host, url.port)
        for _ in range(_MOST_REDIRECTS):
            reply = await self._once(provider, url, headers)
            place = reply.headers.get("location")
            if not 300 <= reply.status < 400 or place is None:
                return reply
            url = url.join(place)
            if (url.scheme, url.host, url.port) != origin:
                raise RefusedError(provider, reply.status, "redirects to another origin")
        raise RefusedError(provider, reply.status, "redirects in circles")

    async def _once(
        self, provider: str, url: "httpx2.URL", headers: Mapping[str, str], sent: bytes | None = None
    ) -> Reply:
        method = "GET" if sent is None else "POST"
        async with self._opened().stream(method, url, headers=dict(headers), content=sent) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._largest_body:
                    raise BadPayloadError(provider, f"a body over {self._largest_body} bytes")
            names = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, names, bytes(body))

    def _opened(self) -> "httpx2.AsyncClient":
        import httpx2

        if self._client is None:
            # One line for each page of each provider every minute says nothing that a failure would not.
            logging.getLogger("httpx2").setLevel(logging.WARNING)
            # trust_env would read .netrc and proxies: where we go and as whom is the settings' business alone.
            self._client = httpx2.AsyncClient(
                headers={"user-agent": USER_AGENT, "accept": "application/json", "accept-encoding": "gzip"},
                timeout=httpx2.Timeout(self._timeout.total_seconds(), connect=5.0),
                limits=httpx2.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=30.0),
                verify=authorities(),
                follow_redirects=False,
                trust_env=False,
            )
        return self._client
