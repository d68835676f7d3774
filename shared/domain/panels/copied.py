"""Numbers out of PostgreSQL without a Python object for each: COPY in binary, a row of arrays for each token.

Every row costs pg8000 some microseconds, so there is one for each token and not one for each day; an array of numbers without
nulls lies in the message at a fixed stride, which numpy reads as it is.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sqlalchemy import Connection

_HEADER = 19
_ARRAY_HEADER = 20
_TIME = np.dtype([("size", ">i4"), ("value", ">i8")])
_NUMBER = np.dtype([("size", ">i4"), ("value", ">f8")])
_EPOCH = np.datetime64("2000-01-01T00:00:00", "us")
"""PostgreSQL counts microseconds from here."""

Times = NDArray[np.datetime64]
Numbers = NDArray[np.float64]


def copied(connection: "Connection", query: str) -> Iterator[tuple[int, Times, list[Numbers]]]:
    """Yield `(place, times, numbers)` of each row of a query.

    Args:
        connection: In a transaction.
        query: Selects an `integer`, an array of `timestamptz` and arrays of `double precision` of the same length, all without nulls.
            It is ours throughout; texts of others in it are written as literals.
    """
    stream = BytesIO()
    cursor = connection.connection.cursor()
    try:
        cursor.execute(f"COPY ({query}) TO STDOUT WITH (FORMAT binary)", stream=stream)  # type: ignore[call-arg]
    finally:
        cursor.close()
    return _rows(stream.getbuffer())


def _rows(data: Any) -> Iterator[tuple[int, Times, list[Numbers]]]:
    at = _HEADER
    while (fields := _integer(data, at, 2)) >= 0:
        # The number of fields, then each field after its size.
        place = _integer(data, at + 6, 4)
        at += 10
        times, at = _array(data, at, _TIME)
        numbers = []
        for _ in range(fields - 2):
            values, at = _array(data, at, _NUMBER)
            numbers.append(values)
        yield place, _EPOCH + times.astype("timedelta64[us]"), numbers


def _integer(data: Any, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big", signed=True)


def _array(data: Any, at: int, element: np.dtype[Any]) -> tuple[NDArray[Any], int]:
    size = _integer(data, at, 4)
    count = (size - _ARRAY_HEADER) // element.itemsize
    values = np.frombuffer(data, element, count, at + 4 + _ARRAY_HEADER)["value"]
    return values.astype(values.dtype.newbyteorder("=")), at + 4 + size
