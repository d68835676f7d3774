"""Parameters that many routes share, and how their texts are read."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Path, Query

from shared.core.errors import InvalidParameterError

SLUG = r"^[a-z0-9][a-z0-9._-]{0,127}$"
"""A token's slug, as in `bitcoin`."""

TokenId = Annotated[str, Path(pattern=SLUG, description="Slug of a token, as in `bitcoin`.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="How many to leave out at the beginning.")]

_FIRST_MS = 100_000_000_000
"""From here on a number is milliseconds: as seconds it would lie beyond the year 5000."""
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)
"""Bitcoin's first block; nothing here is older."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a ranking is asked for."""

    limit: int
    offset: int


def page(*, default: int = 50, largest: int = 250) -> object:
    """Return a dependency on `limit` and `offset`: `Annotated[Page, page(largest=100)]`."""

    async def read(
        limit: Annotated[int, Query(ge=1, le=largest, description="How many at most.")] = default,
        offset: Offset = 0,
    ) -> Page:
        return Page(limit, offset)

    return Depends(read)


PageQuery = Annotated[Page, page()]


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A half-open range of time; an open end is `None`."""

    start: datetime | None
    end: datetime | None


def read_time(parameter: str, text: str) -> datetime:
    """Return a time given as seconds or milliseconds since 1970 or as ISO-8601; without an offset it is UTC.

    Raises:
        InvalidParameterError: it is none of these, or before Bitcoin or after 2199.
    """
    # A plus sign that was not percent-encoded arrives as a blank.
    stripped = text.strip().replace(" ", "+") if "T" in text else text.strip()
    try:
        time = _from_number(float(stripped)) if _is_number(stripped) else datetime.fromisoformat(stripped)
    except (ValueError, OverflowError, OSError):
        raise InvalidParameterError(parameter, "give seconds, milliseconds or ISO-8601", text) from None
    time = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    if not _EARLIEST <= time < _LATEST:
        raise InvalidParameterError(parameter, "outside 2009-01-03 to 2199-12-31", text)
    return time


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit() and text.isascii()


def _from_number(number: float) -> datetime:
    return datetime.fromtimestamp(number / 1000 if number >= _FIRST_MS else number, UTC)


def read_range(start: str | None, end: str | None) -> TimeRange:
    """Return the half-open range `[from, to)`.

    Raises:
        InvalidParameterError: a time cannot be read, or `from` is not before `to`.
    """
    first = None if start is None else read_time("from", start)
    last = None if end is None else read_time("to", end)
    if first is not None and last is not None and first >= last:
        raise InvalidParameterError("from", "has to be before 'to'", start)
    return TimeRange(first, last)


async def _time_range(
    start: Annotated[str | None, Query(alias="from", description="First instant: s, ms or ISO-8601.")] = None,
    end: Annotated[
        str | None, Query(alias="to", description="First instant no longer meant: s, ms or ISO-8601.")
    ] = None,
) -> TimeRange:
    return read_range(start, end)


RangeQuery = Annotated[TimeRange, Depends(_time_range)]


def read_list(parameter: str, text: str, *, largest: int) -> list[str]:
    """Return the parts of a comma list in their order.

    Raises:
        InvalidParameterError: there is none, one is empty, or there are more than `largest`; nothing is cut silently.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise InvalidParameterError(parameter, "give at least one, separated by single commas", text)
    if len(parts) > largest:
        raise InvalidParameterError(parameter, f"at most {largest} may be given, not {len(parts)}", len(parts))
    return parts


def read_ids(parameter: str, text: str, *, largest: int) -> list[str]:
    """Return the token ids of a comma list in their order.

    Raises:
        InvalidParameterError: as `read_list`, or one is no slug.
    """
    ids = read_list(parameter, text, largest=largest)
    for token_id in ids:
        if re.fullmatch(SLUG, token_id) is None:
            raise InvalidParameterError(parameter, f"'{token_id[:64]}' is no token id", token_id[:64])
    return ids
