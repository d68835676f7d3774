"""Refuses query parameters that a route does not know, and single ones given twice: a typing error must not pass silently."""

import difflib
import types
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.types import Scope

from shared.cache.keys import parameters

from .call import call_of
from .problems import InvalidRequestError

_SEVERAL = (list, set, frozenset, tuple, Sequence)
_FEW = 30
_LONGEST = 100
"""Characters of a name that are compared: what a caller sends must not cost much."""


class QueryCheck:
    """The parameters of one route, its dependencies' among them; a route that reads the query by itself knows none."""

    def __init__(self, route: APIRoute) -> None:
        self._several = dict(_parameters(route.dependant)) | dict.fromkeys(_read_by_hand(route), False)

    def __call__(self, scope: Scope) -> None:
        """Check one request.

        Raises:
            InvalidRequestError: a parameter is unknown, or given more often than it may be.
        """
        query = scope["query_string"]
        if not query:
            return
        given: dict[str, list[str]] = {}
        read = call_of(scope).parameters
        for name, value in parameters(query) if read is None else read:
            given.setdefault(name, []).append(value)
        errors = [error for name, values in given.items() if (error := self._error(name, values)) is not None]
        if errors:
            raise InvalidRequestError(errors)

    def _error(self, name: str, values: list[str]) -> dict[str, object] | None:
        if name not in self._several:
            message = f"Unknown query parameter; {self._known(name)}"
            return {"type": "unknown_parameter", "loc": ["query", name], "msg": message, "input": values[0]}
        if len(values) > 1 and not self._several[name]:
            message = "Given more than once"
            return {"type": "repeated_parameter", "loc": ["query", name], "msg": message, "input": values}
        return None

    def _known(self, name: str) -> str:
        """Return the names that there are, of very many only those nearest to the one given."""
        if len(self._several) <= _FEW:
            return f"known here: {', '.join(sorted(self._several)) or 'none'}"
        near = difflib.get_close_matches(name[:_LONGEST], sorted(self._several), n=3, cutoff=0.0)
        return f"nearest here: {', '.join(near)}"


def _read_by_hand(route: APIRoute) -> Iterator[str]:
    """Yield the query parameters that a route documents itself, because it reads them itself."""
    for parameter in (route.openapi_extra or {}).get("parameters", ()):
        if parameter["in"] == "query":
            yield parameter["name"]


def _parameters(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """Yield each query parameter's name and whether it may be given several times."""
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _fields(annotation)
        else:
            yield field.validation_alias or field.alias, _is_several(annotation)
    for dependency in dependant.dependencies:
        yield from _parameters(dependency)


def _fields(model: type[BaseModel]) -> Iterator[tuple[str, bool]]:
    for name, field in model.model_fields.items():
        alias = field.validation_alias if isinstance(field.validation_alias, str) else field.alias
        yield alias or name, _is_several(field.annotation)


def _is_several(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _is_several(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return any(_is_several(option) for option in get_args(annotation))
    kind = origin or annotation
    return isinstance(kind, type) and not issubclass(kind, str | bytes) and issubclass(kind, _SEVERAL)
