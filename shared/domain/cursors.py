"""Cursors: where the next page of a series begins, opaque to the caller."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import overload

from shared.core.errors import InvalidParameterError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def cursor_at(moment: datetime, number: int | None = None) -> str:
    """Return a cursor for a moment, and for a place among what happened at that moment."""
    content = ((moment - _EPOCH) // _MICROSECOND).to_bytes(8, "big")
    if number is not None:
        content += number.to_bytes(8, "big")
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def moment_of_cursor(cursor: str) -> datetime:
    """Return the moment of a cursor without a place.

    Raises:
        InvalidParameterError: no answer told it.
    """
    moment, number = _read(cursor)
    if number is not None:
        raise _foreign(cursor)
    return moment


def place_of_cursor(cursor: str) -> tuple[datetime, int]:
    """Return the moment of a cursor and the place.

    Raises:
        InvalidParameterError: no answer told it.
    """
    moment, number = _read(cursor)
    if number is None:
        raise _foreign(cursor)
    return moment, number


def milliseconds(moment: datetime) -> int:
    """Return a time as whole milliseconds since 1970."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


@overload
def from_microseconds(count: int) -> datetime: ...
@overload
def from_microseconds(count: int | None) -> datetime | None: ...
def from_microseconds(count: int | None) -> datetime | None:
    """Return the time that PostgreSQL told as whole microseconds since 1970."""
    return None if count is None else _EPOCH + count * _MICROSECOND


def _read(cursor: str) -> tuple[datetime, int | None]:
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        moment = _EPOCH + int.from_bytes(content[:8], "big") * _MICROSECOND
    except (binascii.Error, ValueError, OverflowError):
        raise _foreign(cursor) from None
    if len(content) not in (8, 16):
        raise _foreign(cursor)
    return moment, int.from_bytes(content[8:], "big") if len(content) == 16 else None


def _foreign(cursor: str) -> InvalidParameterError:
    return InvalidParameterError("cursor", "give one that an answer told", cursor)
