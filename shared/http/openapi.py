"""OpenAPI 3.1 of routers: one document of several functions, with what follows from the routes themselves."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi, validation_error_definition, validation_error_response_definition
from fastapi.routing import APIRoute

from .documented import errors as errors  # routes take it from here
from .documented import with_errors
from .envelope import Problem
from .freshness import Statement
from .signed import Access, access_of

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
_REFUSED = {
    "description": "A parameter or the body is refused; `detail` lists what and why.",
    "content": {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/HTTPValidationError"},
            "example": {
                "detail": [
                    {
                        "type": "less_than_equal",
                        "loc": ["query", "limit"],
                        "msg": "Input should be less than or equal to 250",
                        "input": "999",
                    }
                ]
            },
        }
    },
}
_OF_ACCESS: dict[Access | None, tuple[str, ...]] = {
    None: (),
    "anybody": ("invalid_token", "unavailable", "documents_unavailable"),
    "keyed": ("unauthenticated", "invalid_token", "unavailable", "documents_unavailable"),
    "person": ("unauthenticated", "invalid_token", "forbidden", "unavailable", "documents_unavailable"),
}
"""What may become of the question who asks: the stores of tokens and of keys may be away."""
SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    "person": [{PERSON: []}],
    "keyed": [{PERSON: []}, {KEY: []}],
    "anybody": [{}, {PERSON: []}, {KEY: []}],
}


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
            _state_errors(route, item)
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    schemas["HTTPValidationError"] = validation_error_response_definition
    schemas["ValidationError"] = validation_error_definition
    if any("security" in operation for item in made["paths"].values() for operation in item.values()):
        made["components"]["securitySchemes"] = SCHEMES
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


def _state_errors(route: APIRoute, item: dict[str, Any]) -> None:
    """Add the errors that a route has in common with others: of everybody's limit, of its callers, and of what it takes."""
    codes = ["rate_limited", *_OF_ACCESS[access_of(route.dependant)]]
    if route.body_field is not None:
        codes += ["bad_request", "unsupported_media_type"]
    for method in (route.methods or set()) & {name.upper() for name in item}:
        operation = item[method.lower()]
        # Nobody reads what is sent with a GET; elsewhere its length is looked at whether it is wanted or not.
        more = codes if method == "GET" else [*codes, "body_too_large"]
        # An unknown parameter is refused everywhere.
        operation["responses"] = with_errors({**operation["responses"], "422": _REFUSED}, more)
