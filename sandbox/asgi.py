"""The few ASGI messages that the sandbox and the replay send."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sandbox.wire import Answer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


async def send_answer(send: Send, answer: Answer) -> None:
    """Send an answer whole."""
    await send(start_of(answer))
    await send({"type": "http.response.body", "body": answer.body})


def start_of(answer: Answer, *, length: int | None = None) -> Message:
    """Return the message that begins an answer; `length` is announced instead of the body's own."""
    headers = [
        ("content-type", answer.content_type),
        ("content-length", str(len(answer.body) if length is None else length)),
    ]
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in [*headers, *answer.headers]]
    return {"type": "http.response.start", "status": answer.status, "headers": encoded}


async def read_body(receive: Receive) -> bytes:
    """Return the whole body of a request."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body


async def until_gone(receive: Receive) -> None:
    """Wait until the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
