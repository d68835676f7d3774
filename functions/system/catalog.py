"""The catalogue of operations, read from the public OpenAPI document; pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .models import GroupEntry, OperationEntry, ParameterEntry

_METHODS = ("get", "post", "put", "patch", "delete")

Schema = Mapping[str, Any]


def groups_of(api: Schema) -> list[GroupEntry]:
    """Return the endpoint groups in the order of the document, each with its operations."""
    described = {tag["name"]: tag.get("description") for tag in api.get("tags", ())}
    groups: dict[str, list[OperationEntry]] = {}
    for group, entry in _operations(api):
        groups.setdefault(group, []).append(entry)
    return [
        GroupEntry(name=name, description=described.get(name), operations=entries) for name, entries in groups.items()
    ]


def _operations(api: Schema) -> Iterator[tuple[str, OperationEntry]]:
    for path, item in api.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                operation = item[method]
                yield operation.get("tags", ["other"])[0], _operation(api, path, method, item, operation)


def _operation(api: Schema, path: str, method: str, item: Schema, operation: Schema) -> OperationEntry:
    responses = operation.get("responses", {})
    parameters = [*item.get("parameters", ()), *operation.get("parameters", ())]
    return OperationEntry(
        id=operation.get("operationId", f"{method} {path}"),
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        sign_in=_signs_in(operation.get("security", api.get("security"))),
        fresh_s=operation.get("x-freshness", {}).get("max_age"),
        formats=list(responses.get("200", {}).get("content", {})),
        errors={
            status: _resolved(api, response).get("description", "")
            for status, response in responses.items()
            if status >= "4"
        },
        parameters=[_parameter(api, _resolved(api, parameter)) for parameter in parameters],
    )


def _signs_in(security: Sequence[Mapping[str, Any]] | None) -> bool:
    """Whether a token or a key must be given; an empty alternative asks for none."""
    return security is not None and len(security) > 0 and {} not in security


def _parameter(api: Schema, parameter: Schema) -> ParameterEntry:
    outer = _resolved(api, parameter.get("schema", {}))
    schema = {**_not_null(api, outer), **outer}
    return ParameterEntry(
        name=parameter["name"],
        place=parameter["in"],
        required=parameter.get("required", False),
        type=_type(schema),
        default=schema.get("default"),
        minimum=schema.get("minimum", schema.get("exclusiveMinimum")),
        maximum=schema.get("maximum", schema.get("exclusiveMaximum")),
        allowed=schema.get("enum") or ([schema["const"]] if "const" in schema else None),
        description=parameter.get("description") or schema.get("description"),
    )


def _type(schema: Schema) -> str:
    if schema.get("type") == "array":
        return "list"
    return str(schema.get("format") or schema.get("type", "string"))


def _not_null(api: Schema, schema: Schema) -> Schema:
    """Return what an optional parameter may be when it is given."""
    choices = (_resolved(api, choice) for choice in schema.get("anyOf", ()))
    return next((choice for choice in choices if choice.get("type") != "null"), {})


def _resolved(api: Schema, given: Schema) -> Schema:
    while "$ref" in given:
        found: Any = api
        for key in given["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        given = {**found, **{name: value for name, value in given.items() if name != "$ref"}}
    return given
