"""OpenAPI 3.1 of routers: the errors each route may answer with, and the document of several functions."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from .envelope import Problem
from .freshness import Statement
from .signed import Access, access_of

_TEXTS = {
    400: "The request cannot be read.",
    401: "No, an expired, malformed, foreign or forged token.",
    403: "The token is good but may not do this.",
    404: "What is asked for does not exist.",
    409: "It contradicts what is there.",
    413: "The body is too large.",
    415: "The body's type is not understood.",
    429: "Too many requests; `Retry-After` says when to come again.",
    500: "Our fault; the request id finds it in the log.",
    503: "Nothing can be answered for now; `Retry-After` says when to come again.",
}


_EXAMPLES = {
    400: ("The body is not JSON", "bad_request"),
    401: ("Token expired", "unauthenticated"),
    403: ("This needs a signed-in person, not an API key", "forbidden"),
    404: ("Token 'xyz' not found", "token_not_found"),
    409: ("It was changed meanwhile; read it again", "conflict"),
    413: ("The body is over 1048576 bytes", "body_too_large"),
    415: ("Send the body as application/json", "unsupported_media_type"),
    429: ("Too many requests", "rate_limited"),
    500: ("Something went wrong on our side; the request id finds it in the log.", "internal"),
    503: ("No market data yet", "no_data"),
}
_REFUSED = {
    "detail": [
        {
            "type": "less_than_equal",
            "loc": ["query", "limit"],
            "msg": "Input should be less than or equal to 250",
            "input": "999",
        }
    ]
}
PERSON = "idToken"
KEY = "apiKey"
SCHEMES: dict[str, Any] = {
    PERSON: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An ID token of Firebase Authentication.",
    },
    KEY: {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "A key made by `POST /api/v1/auth/keys`. Public operations take one too: it raises the rate limit.",
    },
}
SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    "person": [{PERSON: []}],
    "keyed": [{PERSON: []}, {KEY: []}],
    "anybody": [{}, {PERSON: []}, {KEY: []}],
}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return what a route's `responses` say of its errors; 422 is documented by FastAPI itself."""
    return {status: _error(status) for status in sorted({*statuses, 429, 503})}


def _error(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "model": Problem,
        "description": _TEXTS.get(status, "An error."),
        "content": {"application/problem+json": {"schema": schema, "example": _example(status)}},
    }


def _example(status: int) -> dict[str, Any]:
    detail, code = _EXAMPLES.get(status, ("An error.", "error"))
    title = HTTPStatus(status).phrase
    known = {"detail": detail, "type": "about:blank", "title": title, "status": status, "code": code}
    return {**known, "request_id": "7f3c9a5e0b1d4c62"}


def document(routers: Sequence[APIRouter], *, title: str, version: str, description: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the routers."""
    routes = [route for router in routers for route in router.routes]
    for route in routes:
        if isinstance(route, APIRoute) and route.operation_id is None:
            route.unique_id = operation_id(route)
    made = get_openapi(title=title, version=version, openapi_version="3.1.0", description=description, routes=routes)
    for route in routes:
        if isinstance(route, APIRoute):
            item = made["paths"].get(route.path_format, {})
            _state_freshness(route, item)
            _state_access(route, item)
    if any("security" in operation for item in made["paths"].values() for operation in item.values()):
        made.setdefault("components", {})["securitySchemes"] = SCHEMES
    for item in made["paths"].values():
        for operation in item.values():
            _only_as_problems(operation["responses"])
            _exemplify_refusal(operation["responses"])
    return made


def operation_id(route: APIRoute) -> str:
    """Return a name for clients that are generated: the group and what the route's function is called, `prices_live`.

    A short address (`/api/news` beside `/api/v1/news`) is told from the full one by its end.
    """
    group = "_".join(str(tag) for tag in route.tags) or "api"
    name = f"{group}_{route.name}".replace("-", "_")
    if route.path_format.startswith(("/api/v1/health", "/api/v1/llms")):
        return f"{name}_prefixed"
    is_short = route.path_format.startswith("/api/") and not route.path_format.startswith("/api/v1")
    return f"{name}_short" if is_short else name


def _exemplify_refusal(responses: dict[str, Any]) -> None:
    content = responses.get("422", {}).get("content", {}).get("application/json")
    if content is not None:
        content["example"] = _REFUSED


def _only_as_problems(responses: dict[str, Any]) -> None:
    """Take out the media type that FastAPI adds to every documented model."""
    for response in responses.values():
        if "application/problem+json" in response.get("content", {}):
            response["content"].pop("application/json", None)


def _state_access(route: APIRoute, item: dict[str, Any]) -> None:
    """Add `security` where the route asks who calls."""
    access = access_of(route.dependant)
    if access is not None:
        for method in (route.methods or set()) & {name.upper() for name in item}:
            item[method.lower()]["security"] = SECURITY[access]


def _state_freshness(route: APIRoute, item: dict[str, Any]) -> None:
    """Add `x-freshness`, which the documentation and the catalogue show."""
    for stated in (each.dependency for each in route.dependencies if isinstance(each.dependency, Statement)):
        for method in (route.methods or set()) & {name.upper() for name in item}:
            item[method.lower()]["x-freshness"] = {"name": stated.freshness.name, "max_age": stated.freshness.max_age}
