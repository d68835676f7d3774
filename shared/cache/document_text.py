"""A document's fields as JSON text and back, with nothing lost on the way.

What JSON has not becomes a map with one key: `$bytes` or `$time`. A real map with such a key goes below `$map`.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .documents import Value


def to_text(fields: Mapping[str, Value]) -> str:
    """Return the fields as JSON."""
    return json.dumps({name: _plain(value) for name, value in fields.items()}, separators=(",", ":"))


def from_text(text: str) -> dict[str, Value]:
    """Return the fields that `to_text` wrote; times come back in UTC."""
    return {name: _value(plain) for name, plain in json.loads(text).items()}


def _plain(value: Value) -> object:
    match value:
        case bytes():
            return {"$bytes": b64encode(value).decode()}
        case datetime():
            return {"$time": value.astimezone(UTC).isoformat()}
        case list():
            return [_plain(item) for item in value]
        case dict():
            plain = {name: _plain(item) for name, item in value.items()}
            return {"$map": plain} if any(name.startswith("$") for name in plain) else plain
        case _:
            return value


def _value(plain: Any) -> Value:
    match plain:
        case {"$bytes": text}:
            return b64decode(text)
        case {"$time": text}:
            return datetime.fromisoformat(text)
        case {"$map": dict(items)}:
            return {name: _value(item) for name, item in items.items()}
        case dict():
            return {name: _value(item) for name, item in plain.items()}
        case list():
            return [_value(item) for item in plain]
        case _:
            scalar: Value = plain
            return scalar
