"""Routes that need nothing but their path, their query and what is provided are called without FastAPI's machinery.

FastAPI still describes and validates the parameters; left out are its exit stacks, nested solving and response object, which
cost 100 µs a request. A route that wants more (a body, headers, dependencies of its own kind) goes FastAPI's way.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
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
_NOTHING = QueryParams()


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
        self._path = dependant.path_params
        self._query = [(_alias(field), field) for field in dependant.query_params]
        self._request = dependant.request_param_name
        self._constant: dict[str, Any] = {
            field.name: field.default for field in dependant.query_params if _may_be_left_out(field)
        }
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
        if self._path:
            _read(self._path, request.path_params, arguments, errors)
        if self._query:
            given = request.query_params if request.scope["query_string"] else _NOTHING
            # Reading a parameter that is not there costs as much as reading one that is.
            wanted = [field for alias, field in self._query if alias in given or field.name not in self._constant]
            if wanted:
                _read(wanted, given, arguments, errors)
        if self._request:
            arguments[self._request] = request
        return arguments


def _read(fields: Sequence[ModelField], given: Mapping[str, Any], arguments: dict[str, Any], errors: list[Any]) -> None:
    values, refused = request_params_to_args(fields, given)
    arguments.update(values)
    errors += refused


def _alias(field: ModelField) -> str:
    return field.validation_alias or field.alias


def _may_be_left_out(field: ModelField) -> bool:
    """Whether its default stands as it is when it is not given."""
    info = field.field_info
    plain = info.default is None or isinstance(info.default, str | int | Decimal)
    return plain and not info.validate_default and isinstance(info.validation_alias, str | None)
