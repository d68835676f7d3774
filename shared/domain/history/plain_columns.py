"""Columns of texts as what they mean, all at once; only the plainest ways of writing, everything else is not plain.

What is accepted here means the same to `numbers` and `times`, which know many more ways.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from .plain_csv import NotPlainError, arrow

_NUMBER = r"^[0-9]{1,18}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,2})?$"
_DIGITS = (38, 20)
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_INSTANT = _DAY + "[T ][0-9]{2}:[0-9]{2}:[0-9]{2}"
_ZONES = ("Z", " UTC", "+00:00", "")
_EPOCHS = {10: 1_000_000, 13: 1_000, 16: 1}
"""By the number of digits: how many microseconds one is."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def numbers_in(texts: Any) -> Any:
    """Return numbers of 38 digits, exact; what is null stays so.

    Raises:
        NotPlainError: one is written otherwise than in digits, a point and an exponent, or has too many digits.
    """
    pyarrow = arrow()
    compute = pyarrow.compute
    if compute.all(compute.match_substring_regex(texts, _NUMBER)).as_py() is False:
        raise NotPlainError
    try:
        return compute.cast(texts, pyarrow.decimal128(*_DIGITS))
    except pyarrow.ArrowException as error:
        raise NotPlainError from error


def number_of(value: int) -> Any:
    """Return a number to compare those of `numbers_in` with; one of another precision could be too wide for Arrow."""
    pyarrow = arrow()
    return pyarrow.scalar(Decimal(value), pyarrow.decimal128(*_DIGITS))


class PlainTimes:
    """Reads one column of a file, block after block; the first time says how all are written."""

    def __init__(self) -> None:
        self._pattern: str | None = None
        self._zone = ""
        self._unit = 0
        """Microseconds of a number; 0 for dates."""

    def read(self, texts: Any) -> Any:
        """Return microseconds since 1970, as an array of numpy.

        Raises:
            NotPlainError: a time is none, or written otherwise than the first one.
        """
        pyarrow = arrow()
        compute = pyarrow.compute
        if not pyarrow.types.is_string(texts.type):
            return _moments(texts)
        if self._pattern is None:
            self._learn(texts[0].as_py())
        # Many tokens share their times: each is read once.
        encoded = compute.dictionary_encode(texts)
        return self._microseconds(encoded.dictionary)[encoded.indices.to_numpy()]

    def _learn(self, text: str) -> None:
        if text.isdecimal() and len(text) in _EPOCHS:
            self._unit = _EPOCHS[len(text)]
            self._pattern = f"^[0-9]{{{len(text)}}}$"
        elif re.fullmatch(_DAY, text):
            self._pattern = f"^{_DAY}$"
        else:
            self._zone = next(zone for zone in _ZONES if text.endswith(zone))
            self._pattern = f"^{_INSTANT}{re.escape(self._zone)}$"

    def _microseconds(self, texts: Any) -> Any:
        pyarrow = arrow()
        compute = pyarrow.compute
        if not compute.all(compute.match_substring_regex(texts, self._pattern)).as_py():
            raise NotPlainError
        if self._unit:
            return compute.cast(texts, pyarrow.int64()).to_numpy() * self._unit
        bare = compute.utf8_slice_codeunits(texts, 0, -len(self._zone)) if self._zone else texts
        return _moments(bare)


def _moments(times: Any) -> Any:
    pyarrow = arrow()
    try:
        moments = pyarrow.compute.cast(times, pyarrow.timestamp("us", getattr(times.type, "tz", None)))
    except pyarrow.ArrowException as error:
        raise NotPlainError from error
    if moments.null_count:
        raise NotPlainError
    return moments.cast(pyarrow.int64()).to_numpy()


def microseconds(moment: datetime) -> int:
    """Return a time as `PlainTimes` does."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
