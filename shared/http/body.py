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


def check_json(scope: Scope) -> None:
    """Refuse a body that says it is something else than JSON.

    Raises:
        HTTPException: 415.
    """
    media_type = dict(scope["headers"]).get(b"content-type", b"application/json").partition(b";")[0].strip().lower()
    if media_type != b"application/json" and not media_type.endswith(b"+json"):
        raise HTTPException(415, "Send the body as application/json")


def _too_large() -> HTTPException:
    return HTTPException(413, f"The body is over {LARGEST_BODY} bytes")
