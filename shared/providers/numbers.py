"""JSON and its numbers, digit for digit: what a provider wrote is what is stored, or it is refused.

Every function raises `Unreadable`, which knows no provider; the adapter's frame turns it into `BadPayloadError`.
"""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeAlias, cast

JsonValue: TypeAlias = "str | int | Decimal | bool | list[JsonValue] | dict[str, JsonValue] | None"
Row: TypeAlias = Mapping[str, JsonValue]

HIGHEST_PRICE = Decimal("1e12")
LOWEST_PRICE = Decimal("1e-30")
_LARGEST_EXPONENT = 30
_SMALLEST_EXPONENT = -60
_MOST_DIGITS = 100


class Unreadable(Exception):  # noqa: N818  # never leaves the providers
    """Something in an answer is not what it must be."""


def parsed(body: bytes) -> JsonValue:
    """Return the JSON of a body; fractions become `Decimal`, NaN and Infinity are refused.

    Raises:
        Unreadable: the body is cut off, not JSON, not UTF-8, or nested beyond reason.
    """
    try:
        return cast("JsonValue", json.loads(body, parse_float=Decimal, parse_constant=_no_constant))
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise Unreadable(f"no JSON in {len(body)} bytes") from error


def rows_of(body: JsonValue) -> list[Row]:
    """Return a list of objects.

    Raises:
        Unreadable: it is something else.
    """
    if not isinstance(body, list):
        raise Unreadable(f"a list was expected, not {_kind(body)}")
    return [mapping(row) for row in body]


def mapping(value: JsonValue) -> Row:
    """Return an object.

    Raises:
        Unreadable: it is something else.
    """
    if not isinstance(value, dict):
        raise Unreadable(f"an object was expected, not {_kind(value)}")
    return value


def text(row: Row, name: str) -> str:
    """Return a field's text without blanks around it.

    Raises:
        Unreadable: the field is missing or no text.
    """
    value = row.get(name)
    if not isinstance(value, str):
        raise Unreadable(f"'{name}' is {_kind(value)}")
    return value.strip()


def optional_text(row: Row, name: str) -> str | None:
    """Return a field's text, or `None` when it is missing, null or blank."""
    return text(row, name) or None if row.get(name) is not None else None


def price(row: Row, name: str) -> Decimal | None:
    """Return a price, or `None` when there is none: missing, null or zero.

    Raises:
        Unreadable: it is no number, below zero, or absurd.
    """
    value = amount(row, name)
    if value is None or value == 0:
        return None
    if not LOWEST_PRICE <= value <= HIGHEST_PRICE:
        raise Unreadable(f"'{name}' is absurd: {value:.3E}")
    return value


def known_amount(row: Row, name: str) -> Decimal | None:
    """Return an amount of which zero stands for unknown: a market capitalisation, a supply."""
    return amount(row, name) or None


def amount(row: Row, name: str) -> Decimal | None:
    """Return a number that cannot be below zero, or `None` when it is missing or null.

    Raises:
        Unreadable: it is no number, below zero, or absurd.
    """
    value = number(row, name)
    if value is not None and value < 0:
        raise Unreadable(f"'{name}' is below zero: {value:.3E}")
    return value


def number(row: Row, name: str) -> Decimal | None:
    """Return a number written as a number or as text, or `None` when it is missing or null.

    Raises:
        Unreadable: it is something else, or absurdly large, small or long.
    """
    value = row.get(name)
    if value is None:
        return None
    result = _decimal(value, name)
    if not result.is_finite() or len(result.as_tuple().digits) > _MOST_DIGITS:
        raise Unreadable(f"'{name}' is no finite number")
    if result and not _SMALLEST_EXPONENT <= result.adjusted() <= _LARGEST_EXPONENT:
        raise Unreadable(f"'{name}' is absurd")
    return result


def rank(row: Row, name: str) -> int | None:
    """Return a rank from 1, or `None`: providers write null or 0 for unranked."""
    value = number(row, name)
    return int(value) if value is not None and value >= 1 else None


def _decimal(value: JsonValue, name: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise Unreadable(f"'{name}' is {_kind(value)}")
    try:
        return Decimal(value)
    except InvalidOperation:
        raise Unreadable(f"'{name}' is no number") from None


def _no_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is no number")


def _kind(value: JsonValue) -> str:
    return {dict: "an object", list: "a list", str: "text", bool: "a truth value"}.get(type(value), "no text")
