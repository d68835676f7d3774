"""Points in time as providers write them: seconds, milliseconds, ISO 8601 and HTTP dates."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime

from .numbers import JsonValue, Row, Unreadable

EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)
"""The first block of Bitcoin: a price before it is a misread unit."""
SKEW = timedelta(minutes=10)
"""Clocks differ; an observation from further ahead than this is a misread unit."""
_EPOCH_TEXT = re.compile(r"\d{9,14}")
_EPOCH = datetime.fromtimestamp(0, UTC)
_MILLISECONDS_FROM = 100_000_000_000


def moment(row: Row, name: str) -> datetime | None:
    """Return a field's time, or `None` when it is missing or null.

    Raises:
        Unreadable: it is no time.
    """
    value = row.get(name)
    return None if value is None else moment_of(value)


def moment_of(value: JsonValue) -> datetime:
    """Return a time written as seconds, milliseconds (both also as text) or ISO 8601; without a zone it is UTC.

    Raises:
        Unreadable: it is none of these.
    """
    try:
        if isinstance(value, str) and not _EPOCH_TEXT.fullmatch(value):
            written = datetime.fromisoformat(value)
            return written.astimezone(UTC) if written.tzinfo else written.replace(tzinfo=UTC)
        if type(value) is int and abs(value) < _MILLISECONDS_FROM:
            return _EPOCH + timedelta(seconds=value)  # as most write it, thousands in one answer
        if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
            return _from_epoch(Decimal(value))
    except (ValueError, OverflowError, ArithmeticError):
        pass
    raise Unreadable("a time cannot be read")


def observed(told: datetime | None, *, dated: datetime | None, fetched_at: datetime) -> datetime:
    """Return when a price was so: what the body says, else the `Date` header, else the time of asking; never the future.

    Raises:
        Unreadable: the body speaks of a time before Bitcoin, or further ahead than clocks differ.
    """
    if told is None:
        return min(dated or fetched_at, fetched_at)
    if not EARLIEST <= told <= fetched_at + SKEW:
        raise Unreadable(f"a price of {told:%Y-%m-%d %H:%M}")
    return min(told, fetched_at)


def http_date(value: str | None) -> datetime | None:
    """Return the time of an HTTP date, or `None` when there is none or it cannot be read."""
    try:
        read = parsedate_to_datetime(value) if value else None
    except (ValueError, TypeError, OverflowError):
        return None
    return read.replace(tzinfo=UTC) if read and read.tzinfo is None else read


def _from_epoch(value: Decimal) -> datetime:
    whole = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
    return _EPOCH + timedelta(microseconds=int(whole * 1_000_000))
