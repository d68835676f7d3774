"""One request that memory could not answer at once: what is known of it, and what goes back."""

from collections.abc import Iterable, Sequence

from starlette.types import Message, Receive, Scope, Send

from shared.cache.entry import Header, Recorded

from .call import Call


class Exchange:
    """Adds to everything sent what every answer carries, and remembers how it ended."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        call: Call,
        *,
        headers: dict[bytes, bytes],
        always: Sequence[Header],
        state: bytes,
    ) -> None:
        self.scope = scope
        self.receive = receive
        self.call = call
        self.headers = headers
        self.state = state
        self.status = 0
        """Of the answer that was begun; 0 while there is none."""
        self._send = send
        self._always = always
        self._body_wanted = scope["method"] != "HEAD"

    def seconds(self) -> float:
        """Return how long the request has taken so far."""
        return self.call.clock.monotonic() - self.call.started

    async def open(self, status: int, headers: Sequence[Header]) -> None:
        """Send status and headers."""
        self.status = status
        own: list[Header] = [
            (b"x-response-time", b"%.2fms" % (self.seconds() * 1000)),
            (b"x-request-id", self.call.request_id.encode()),
        ]
        if self.state:
            own.append((b"x-cache", self.state))
        if not _has_cache_control(headers):
            own.append((b"cache-control", b"no-store"))
        await self._send({"type": "http.response.start", "status": status, "headers": [*headers, *self._always, *own]})

    async def pass_on(self, message: Message) -> None:
        """Send a part of the body; HEAD is only told that it ended."""
        if self._body_wanted:
            await self._send(message)
        elif not message.get("more_body", False):
            await self._send({"type": "http.response.body", "body": b""})

    async def send(self, message: Message) -> None:
        """Send a message as it is, without its body if none is wanted."""
        if message["type"] == "http.response.body":
            await self.pass_on(message)
        else:
            await self._send(message)

    async def answer(self, recorded: Recorded) -> None:
        """Send a whole answer."""
        await self.open(recorded.status, recorded.headers)
        await self.pass_on({"type": "http.response.body", "body": recorded.body})

    def stated(self, headers: Iterable[Header], status: int) -> list[Header]:
        """Return the application's headers, with the freshness that its route states; nobody keeps an error."""
        found: list[Header] = [(bytes(name).lower(), bytes(value)) for name, value in headers]
        freshness = self.call.freshness
        if freshness is not None and status == 200 and not _has_cache_control(found):
            found.append((b"cache-control", freshness.cache_control.encode()))
        return found


def _has_cache_control(headers: Iterable[Header]) -> bool:
    return any(name == b"cache-control" for name, _ in headers)
