"""A column of times: the first one tells how all of them are written, and one written otherwise is refused."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Literal

from .refusals import BadRow

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Form = Literal["s", "ms", "us", "ns", "day", "instant", "zoned instant", "day/month/year"]

_UNITS: Mapping[int, tuple[Form, int]] = MappingProxyType(
    {
        9: ("s", 1_000_000),
        10: ("s", 1_000_000),
        12: ("ms", 1_000),
        13: ("ms", 1_000),
        15: ("us", 1),
        16: ("us", 1),
        18: ("ns", 0),
        19: ("ns", 0),
    }
)
"""By the number of digits: the unit and its length in microseconds. Binance went over to microseconds in 2025."""
_epoch = re.compile(r"([0-9]{9,19})(?:\.0*)?").fullmatch
_iso = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?P<time>[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)?(?P<zone> ?UTC|Z|[+-][0-9]{2}:?[0-9]{2})?"
).fullmatch
_slashed = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})").fullmatch
_RESEMBLES_A_DATE = re.compile(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}")
_MIXED_UNITS = frozenset({"ms", "us"})


class TimeColumn:
    """Reads the times of one column.

    Args:
        day_first: Whether the layout is known to write 28/4/2013; otherwise such a date is ambiguous.
        either_unit: Whether a row may be in milliseconds or in microseconds, as in Binance's files.
    """

    def __init__(self, *, day_first: bool = False, either_unit: bool = False) -> None:
        self._day_first = day_first
        self._either_unit = either_unit
        self._form: Form | None = None

    def read(self, text: str) -> datetime:
        """Return a time; without a zone it is UTC.

        Raises:
            BadRow: it is none, or of another form than the first one.
        """
        form, moment = self._read(text)
        if form != self._form:
            self._form = self._agreed(form, text)
        return moment

    def _agreed(self, form: Form, text: str) -> Form:
        if self._form is None or (self._either_unit and {form, self._form} <= _MIXED_UNITS):
            return form
        raise BadRow("mixed_times", f"{text[:40]!r} is written as {form}, the first one as {self._form}")

    def _read(self, text: str) -> tuple[Form, datetime]:
        try:
            if found := _epoch(text):
                return _from_epoch(found[1])
            if (found := _iso(text.strip())) is not None:
                return _from_iso(text.strip(), found)
            if (found := _slashed(text.strip())) and self._day_first:
                return "day/month/year", datetime(int(found[3]), int(found[2]), int(found[1]), tzinfo=UTC)
        except (ValueError, OverflowError):
            pass
        raise _complaint(text.strip())


def _from_epoch(digits: str) -> tuple[Form, datetime]:
    if len(digits) not in _UNITS:
        raise ValueError
    form, microseconds = _UNITS[len(digits)]
    whole = int(digits) * microseconds if microseconds else int(digits) // 1000
    return form, EPOCH + timedelta(microseconds=whole)


def _from_iso(text: str, found: "re.Match[str]") -> tuple[Form, datetime]:
    if found["time"] is None:
        return "day", datetime.fromisoformat(text[:10]).replace(tzinfo=UTC)
    zone = found["zone"]
    moment = datetime.fromisoformat(text[: found.end("time")])
    if zone is None:
        return "instant", moment.replace(tzinfo=UTC)
    if zone.endswith("UTC") or zone == "Z":
        return "zoned instant", moment.replace(tzinfo=UTC)
    return "zoned instant", datetime.fromisoformat(text).astimezone(UTC)


def _complaint(text: str) -> BadRow:
    if not text:
        return BadRow("missing", "a time")
    if _RESEMBLES_A_DATE.match(text) and not re.match(r"[0-9]{4}-", text):
        return BadRow("ambiguous_date", f"{text[:40]!r}; write 2024-01-31")
    return BadRow("no_time", repr(text[:40]))
