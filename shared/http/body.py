"""Bounds what a request may send."""

from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope

LARGEST_BODY = 1024 * 1024
"""Bytes."""


def limited(scope: Scope, receive: Receive) -> Receive:
    """Return a `receive` that refuses a body over the limit, announced or not.

    Raises:
        HTTPException: 413, at once when the length is announced.
    """
    if scope["method"] == "GET":
        return receive
    announced = dict(scope["headers"]).get(b"content-length", b"0")
    if announced.isdigit() and int(announced[:12]) > LARGEST_BODY:
        raise _too_large()
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > LARGEST_BODY:
            raise _too_large()
        return message

    return counted


def _too_large() -> HTTPException:
    return HTTPException(413, f"The body is over {LARGEST_BODY} bytes")
