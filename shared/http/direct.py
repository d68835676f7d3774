"""Routes that need nothing but their path, their query and what is provided are called without FastAPI's machinery.

FastAPI still describes and validates the parameters; left out are its exit stacks, nested solving and response object, which
cost 100 µs a request. A route that wants more (a body, headers, dependencies of its own kind) goes FastAPI's way.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .provided import Provided

_BEYOND = (
    "header_params",
    "cookie_params",
    "body_params",
    "websocket_param_name",
    "http_connection_param_name",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
    "concurrency",
)
"""What of a dependant only FastAPI itself can give."""


class Direct:
    """The ASGI application of one such route."""

    def __init__(self, route: APIRoute, provided: Mapping[type, Any]) -> None:
        self._endpoint = _Call(route.dependant, provided)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request.

        Raises:
            RequestValidationError: parameters are refused.
        """
        errors: list[Any] = []
        arguments = await self._endpoint.arguments(Request(scope, receive), errors)
        if errors:
            raise RequestValidationError(errors)
        response: Response = await self._endpoint.function(**arguments)
        await response(scope, receive, send)


def is_direct(route: APIRoute) -> bool:
    """Whether the route returns its response itself and asks for nothing that only FastAPI can give."""
    returned = inspect.signature(route.endpoint).return_annotation
    return isinstance(returned, type) and issubclass(returned, Response) and _is_plain(route.dependant)


def _is_plain(dependant: Dependant) -> bool:
    if isinstance(dependant.call, Provided):
        return True
    if not inspect.iscoroutinefunction(dependant.call) or any(getattr(dependant, name) for name in _BEYOND):
        return False
    return all(_is_plain(each) for each in dependant.dependencies)


class _Call:
    """A function, an endpoint or a dependency, and how its arguments are found."""

    def __init__(self, dependant: Dependant, provided: Mapping[type, Any]) -> None:
        self.function = cast("Callable[..., Awaitable[Any]]", dependant.call)
        self._dependant = dependant
        self._constant: dict[str, Any] = {}
        self._solved: list[tuple[str, _Call]] = []
        for each in dependant.dependencies:
            if isinstance(each.call, Provided):
                self._constant[str(each.name)] = provided[each.call.kind]
            else:
                self._solved.append((str(each.name), _Call(each, provided)))

    async def arguments(self, request: Request, errors: list[Any]) -> dict[str, Any]:
        """Return the arguments; what is wrong with the request is added to `errors`."""
        arguments = dict(self._constant)
        for name, call in self._solved:
            found = await call.arguments(request, errors)
            if not errors:
                arguments[name] = await call.function(**found)
        for fields, given in (
            (self._dependant.path_params, request.path_params),
            (self._dependant.query_params, request.query_params),
        ):
            if fields:
                values, refused = request_params_to_args(fields, given)
                arguments.update(values)
                errors += refused
        if self._dependant.request_param_name:
            arguments[self._dependant.request_param_name] = request
        return arguments
