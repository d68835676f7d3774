"""When an article was published, of what providers say of it."""

from datetime import UTC, datetime

from .moments import SKEW, moment_of
from .numbers import JsonValue, Unreadable

EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)
"""Nobody wrote of Bitcoin before its first block; 1970 is an empty field."""


def published(told: datetime | None, *, fetched_at: datetime) -> tuple[datetime, bool]:
    """Return the time to go by, and whether the provider told it.

    A clock may run ahead by `moments.SKEW`: such a time becomes the time of asking. What lies further ahead, or before
    Bitcoin, is not believed, and an article without a time counts as published when it was first seen.
    """
    if told is None or not EARLIEST <= told <= fetched_at + SKEW:
        return fetched_at, False
    return min(told, fetched_at), True


def told_in(value: JsonValue) -> datetime | None:
    """Return a field's time, `None` where there is none or it cannot be read: an article is worth more than its date."""
    try:
        return None if value is None else moment_of(value)
    except Unreadable:
        return None
