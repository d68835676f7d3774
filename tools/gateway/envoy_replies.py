"""What Envoy itself answers, in the form of the API's own errors."""

from typing import Any

Config = dict[str, Any]

_REPLIES: dict[int, tuple[str, str, str]] = {
    400: ("Bad Request", "bad_request", "The request cannot be read as HTTP"),
    404: ("Not Found", "not_found", "No such path"),
    408: ("Request Timeout", "request_timeout", "The request took too long to arrive"),
    413: ("Content Too Large", "body_too_large", "The body is over 1 MiB"),
    431: ("Request Header Fields Too Large", "headers_too_large", "The headers are over 60 KB"),
    503: ("Service Unavailable", "unavailable", "The service is not running; try again shortly"),
    504: ("Gateway Timeout", "deadline_exceeded", "The service gave no answer in time"),
}
_SHORTLY_S = "5"


def local_replies(origin: str) -> Config:
    """Return the mapping of Envoy's own answers, each with CORS headers."""
    return {
        "mappers": [_mapper(status, origin) for status in _REPLIES],
        "body_format": _problem("%LOCAL_REPLY_BODY%", "gateway", "%LOCAL_REPLY_BODY%"),
    }


def _mapper(status: int, origin: str) -> Config:
    title, code, detail = _REPLIES[status]
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
        "Cache-Control": "no-store",
        "X-Request-Id": "%STREAM_ID%",
    }
    if status == 503:
        headers["Retry-After"] = _SHORTLY_S
    return {
        "filter": {
            "status_code_filter": {
                "comparison": {"op": "EQ", "value": {"default_value": status, "runtime_key": f"reply.{status}"}}
            }
        },
        "body_format_override": _problem(title, code, detail),
        "headers_to_add": [
            {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            for key, value in headers.items()
        ],
    }


def _problem(title: str, code: str, detail: str) -> Config:
    return {
        "json_format": {
            "type": "about:blank",
            "title": title,
            "status": "%RESPONSE_CODE%",
            "detail": detail,
            "code": code,
            "request_id": "%STREAM_ID%",
        },
        "content_type": "application/problem+json",
    }
