"""Errors as answers: problem+json with a `detail` that says what happened and nothing of the inside."""

import json
import logging
import math
from http import HTTPStatus

from starlette.exceptions import HTTPException

from shared.cache.entry import Header, Recorded
from shared.core.errors import (
    AuthenticationError,
    InvalidParameterError,
    PrismError,
    SettingsError,
    TokenRefusedError,
    UnavailableError,
    UpstreamError,
)

from .call import Call

log = logging.getLogger(__name__)


_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
}


class InvalidRequestError(Exception):
    """A request's parameters or body are refused; `errors` has FastAPI's form."""

    def __init__(self, errors: list[dict[str, object]]) -> None:
        super().__init__(f"{len(errors)} refused")
        self.errors = errors


_INTERNAL = "Something went wrong on our side; the request id finds it in the log."


def explain(exc: Exception, call: Call) -> Recorded:
    """Return the answer to an error; one that is our fault is logged with its stack."""
    if isinstance(exc, InvalidRequestError):
        return _invalid(exc.errors)
    if isinstance(exc, InvalidParameterError):
        return _invalid([_validation_error(exc)])
    if isinstance(exc, HTTPException):
        return _from_http(exc, call)
    if isinstance(exc, PrismError) and not isinstance(exc, SettingsError):
        return _from_ours(exc, call)
    log.error("request.failed", exc_info=exc, extra={"request_id": call.request_id})
    return problem(500, _INTERNAL, code="internal", call=call)


def problem(status: int, detail: str, *, code: str, call: Call, headers: list[Header] | None = None) -> Recorded:
    """Return a problem; `title` is the status in words and `type` says that there is no more to it."""
    body = {
        "detail": detail,
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "request_id": call.request_id,
    }
    return _recorded(status, b"application/problem+json", body, headers or [])


def too_many(retry_after_s: int, call: Call) -> Recorded:
    """Return what is said to a caller who asked for more than they may."""
    detail = f"Too many requests: ask again in {retry_after_s} s; an API key or a larger plan allows more"
    return problem(429, detail, code="rate_limited", call=call, headers=[(b"retry-after", b"%d" % retry_after_s)])


def _invalid(errors: list[dict[str, object]]) -> Recorded:
    """Return a 422 in the form that FastAPI's callers know."""
    return _recorded(422, b"application/json", {"detail": errors}, [])


def _validation_error(exc: InvalidParameterError) -> dict[str, object]:
    """Return a refused parameter as one of FastAPI's list."""
    return {"type": "value_error", "loc": [exc.place, exc.parameter], "msg": exc.message, "input": exc.value}


def _from_ours(exc: PrismError, call: Call) -> Recorded:
    if exc.status >= 500:
        log.error("request.refused", extra={"request_id": call.request_id, "code": exc.code, "reason": str(exc)})
    detail = _INTERNAL if exc.status == 500 else str(exc)
    if isinstance(exc, UpstreamError):
        detail = "An upstream provider failed"
    headers: list[Header] = []
    if isinstance(exc, UnavailableError):
        headers = [(b"retry-after", b"%d" % math.ceil(exc.retry_after.total_seconds()))]
    if isinstance(exc, AuthenticationError):
        headers = [(b"www-authenticate", _challenge(exc))]
    return problem(exc.status, detail, code=exc.code, call=call, headers=headers)


def _challenge(exc: AuthenticationError) -> bytes:
    """Return how to sign in, and what is wrong with the token that was given (RFC 6750); messages are ours, in ASCII."""
    if not isinstance(exc, TokenRefusedError):
        return b"Bearer"
    return b'Bearer error="invalid_token", error_description="%b"' % str(exc).encode("ascii", "replace")


def _from_http(exc: HTTPException, call: Call) -> Recorded:
    """Starlette's own: no such path, wrong method, unreadable body."""
    status = HTTPStatus(exc.status_code)
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in (exc.headers or {}).items()]
    detail = exc.detail if isinstance(exc.detail, str) else status.phrase
    return problem(status, detail, code=_CODES.get(status, "refused"), call=call, headers=headers)


def _recorded(status: int, media_type: bytes, body: object, headers: list[Header]) -> Recorded:
    text = json.dumps(_readable(body), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    encoded = text.encode("utf-8", "replace")
    length = (b"content-length", b"%d" % len(encoded))
    return Recorded(status, [(b"content-type", media_type), length, *headers], encoded)


def _readable(value: object) -> object:
    """Return the value with everything that JSON cannot say as text: NaN, bytes, exceptions, objects."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict):
        return {str(name): _readable(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_readable(part) for part in value]
    return str(value)
