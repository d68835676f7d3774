"""A document's fields as Firestore's protocol buffers and back.

Works on any messages with Firestore's names (`firestore_messages.py`), so it imports nothing of Google's.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeGuard

from .document_limits import EXPIRY_FIELD
from .documents import Value

# Firestore holds no list directly in a list: the inner one goes into a map under this only key, and so does a map that
# would be taken for such a one.
_INNER_LIST = "[]"


def write_fields(target: Any, fields: Mapping[str, Value], expires_at: datetime | None) -> None:
    """Fill a message's empty map of fields."""
    for name, value in fields.items():
        _write(target[name], value)
    if expires_at is not None:
        _write(target[EXPIRY_FIELD], expires_at)


def read_fields(source: Any) -> dict[str, Value]:
    """Return a message's map of fields without the expiry; times come back in UTC."""
    return {name: _read(value) for name, value in source.items() if name != EXPIRY_FIELD}


def _write(target: Any, value: Value) -> None:
    match value:
        case None:
            target.null_value = 0
        case bool():
            target.boolean_value = value
        case int():
            target.integer_value = value
        case float():
            target.double_value = value
        case str():
            target.string_value = value
        case bytes():
            target.bytes_value = value
        case datetime():
            target.timestamp_value.FromDatetime(value)
        case _:
            _write_nested(target, value)


def _write_nested(target: Any, value: list[Value] | dict[str, Value]) -> None:
    if isinstance(value, dict):
        target.map_value.SetInParent()
        for name, item in value.items():
            _write(target.map_value.fields[name], item)
        return
    target.array_value.SetInParent()
    for item in value:
        wrapped = isinstance(item, list) or _is_wrapper(item)
        _write(target.array_value.values.add(), {_INNER_LIST: item} if wrapped else item)


def _read(source: Any) -> Value:
    kind = source.WhichOneof("value_type")
    match kind:
        case "null_value" | None:
            # No kind: one that we never write, such as a place on the map.
            return None
        case "timestamp_value":
            at: datetime = source.timestamp_value.ToDatetime(tzinfo=UTC)
            return at
        case "map_value":
            return {name: _read(item) for name, item in source.map_value.fields.items()}
        case "array_value":
            return [_read_item(item) for item in source.array_value.values]
        case _:
            scalar: Value = getattr(source, kind)
            return scalar


def _read_item(source: Any) -> Value:
    value = _read(source)
    return value[_INNER_LIST] if _is_wrapper(value) else value


def _is_wrapper(value: Value) -> TypeGuard[dict[str, Value]]:
    return isinstance(value, dict) and value.keys() == {_INNER_LIST}
