"""Names of rankings, so that all pages come from the same one."""

from datetime import datetime

from shared.core.errors import NotFoundError

from .cursors import from_microseconds, milliseconds


def snapshot_name(ranked_at: datetime | None) -> str | None:
    """Return the name of the ranking made at a time."""
    if ranked_at is None:
        return None
    whole = milliseconds(ranked_at)
    return f"{whole * 1_000 + ranked_at.microsecond % 1_000:x}"


def snapshot_time(name: str) -> datetime:
    """Return the time of a ranking by its name.

    Raises:
        NotFoundError: no ranking could be called so.
    """
    try:
        found = from_microseconds(int(name, 16))
    except (ValueError, OverflowError):
        raise NotFoundError("snapshot", name) from None
    if found is None or snapshot_name(found) != name:
        raise NotFoundError("snapshot", name)
    return found
