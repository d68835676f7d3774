"""Accounts, orders and fills as documents; numbers are text, so that none loses a digit."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from shared.cache.documents import Value
from shared.records.trading import Account, Fill, Order

from .money import text_of

T = TypeVar("T")
Fields = dict[str, Value]


def to_fields(record: Account | Order | Fill) -> Fields:
    """Return the document's fields."""
    return cast("Fields", _written(asdict(record)))


def account_of(written: Mapping[str, Any]) -> Account:
    """Return the account that `to_fields` wrote; a field of a later version is passed over."""
    return _record(Account, written)


def order_of(written: Mapping[str, Any]) -> Order:
    """Return the order that `to_fields` wrote."""
    return _record(Order, written)


def fill_of(written: Mapping[str, Any]) -> Fill:
    """Return the fill that `to_fields` wrote."""
    return _record(Fill, written)


def _written(value: Any) -> Any:
    if isinstance(value, Decimal):
        return text_of(value)
    if isinstance(value, Mapping):
        return {name: _written(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_written(each) for each in value]
    return value


def _record(kind: type[T], written: Mapping[str, Any]) -> T:
    readers = _READERS.get(kind) or _READERS.setdefault(kind, _readers(kind))
    return kind(**{name: read(written[name]) for name, read in readers.items() if name in written})


_READERS: dict[type, dict[str, Callable[[Any], Any]]] = {}
"""How each field of a record is read, found out once from its type."""


def _readers(kind: type) -> dict[str, Callable[[Any], Any]]:
    hints = get_type_hints(kind)
    return {each.name: _reader(hints[each.name]) for each in fields(kind)}


def _reader(hint: Any) -> Callable[[Any], Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        inner = _reader(next(each for each in arguments if each is not type(None)))
        return lambda value: None if value is None else inner(value)
    if origin is tuple:
        return tuple
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        read = _reader(arguments[1])
        return lambda value: {name: read(each) for name, each in value.items()}
    if hint is Decimal:
        return Decimal
    if isinstance(hint, type) and is_dataclass(hint):
        return lambda value: _record(hint, value)
    return _as_it_is


def _as_it_is(value: str | int | bool | datetime) -> object:
    return value
