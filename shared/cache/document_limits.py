"""What Firestore refuses, refused here before anything is sent, so that both stores behave alike.

Source: https://firebase.google.com/docs/firestore/quotas, https://firebase.google.com/docs/firestore/storage-size
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.core.errors import DocumentTooLargeError

from .documents import MOST_WRITES, Put, Value, Write

EXPIRY_FIELD = "expires_at"
"""Where Firestore's TTL policy looks; it belongs to the stores and is never among a document's fields."""

LARGEST_DOCUMENT = 1024 * 1024
LARGEST_FIELD = 1_048_487
_LONGEST_NAME = 1500
_DEEPEST = 20
_RESERVED = re.compile(r"__.*__", re.DOTALL)
_INTEGERS = range(-(2**63), 2**63)


def check_path(path: str) -> None:
    """Accept `collection/name`.

    Raises:
        ValueError: there is not exactly one slash, or Firestore forbids one of the names.
    """
    parts = path.split("/")
    if len(parts) != 2:
        raise ValueError(f"document path {path!r} is not collection/name")
    for part in parts:
        check_name(part)


def check_name(name: str) -> None:
    """Accept the name of a collection or of a document in it.

    Raises:
        ValueError: it is empty, `.`, `..`, `__…__`, over 1500 bytes, not UTF-8, or has a slash.
    """
    if name in {"", ".", ".."} or "/" in name or _RESERVED.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a document or a collection")
    if len(name.encode()) > _LONGEST_NAME:
        raise ValueError(f"the name {name[:40]!r}… has over {_LONGEST_NAME} bytes")


def check_document(path: str, fields: Mapping[str, Value], expires_at: datetime | None = None) -> None:
    """Accept a path and what a document may hold.

    Raises:
        DocumentTooLargeError: the document or one of its fields is over the limit.
        ValueError: the path, a field's name or a value is none that Firestore can hold.
    """
    check_path(path)
    if EXPIRY_FIELD in fields:
        raise ValueError(f"{path}: {EXPIRY_FIELD} is given as an argument, not as a field")
    sizes = {name: _size(value, depth=1) for name, value in fields.items()}
    total = (
        48
        + len(path.encode())
        + 1
        + _scalar_size(expires_at)
        + sum(_name_size(name) + size for name, size in sizes.items())
    )
    if total > LARGEST_DOCUMENT:
        raise DocumentTooLargeError(path, total, LARGEST_DOCUMENT)
    largest = max(sizes.values(), default=0)
    if largest > LARGEST_FIELD:
        raise DocumentTooLargeError(path, largest, LARGEST_FIELD)


def check_writes(writes: "Sequence[Write]") -> None:
    """Accept the writes of one commit.

    Raises:
        DocumentTooLargeError: a document is over the limit.
        ValueError: there are too many, two of one path, or one that `check_document` refuses.
    """
    if len(writes) > MOST_WRITES:
        raise ValueError(f"{len(writes)} writes are over the {MOST_WRITES} of one commit")
    if len({write.path for write in writes}) < len(writes):
        raise ValueError("a commit writes a document once")
    for write in writes:
        if isinstance(write, Put):
            check_document(write.path, write.fields, write.expires_at)
        else:
            check_path(write.path)


def _name_size(name: str) -> int:
    if not name or _RESERVED.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a field")
    return len(name.encode()) + 1


def _size(value: Value, *, depth: int) -> int:
    if depth > _DEEPEST:
        raise ValueError(f"fields are nested over {_DEEPEST} deep")
    if isinstance(value, dict):
        return sum(_name_size(name) + _size(item, depth=depth + 1) for name, item in value.items())
    if isinstance(value, list):
        return sum(_size(item, depth=depth + 1) for item in value)
    return _scalar_size(value)


def _scalar_size(value: str | int | float | bytes | datetime | None) -> int:
    match value:
        case None | bool():
            return 1
        case str():
            return len(value.encode()) + 1
        case bytes():
            return len(value)
        case int() if value not in _INTEGERS:
            raise ValueError(f"{value} is over 64 bits")
        case datetime() if value.utcoffset() is None:
            raise ValueError(f"{value.isoformat()} has no time zone")
        case int() | float() | datetime():
            return 8
        case _:
            raise ValueError(f"a {type(value).__name__} cannot be held by a document")
