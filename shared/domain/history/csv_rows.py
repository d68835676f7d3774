"""The rows of a CSV file, one at a time, each with the line it ends on."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .files import Lines
from .layouts import is_headless_kline
from .refusals import BadRow, Tally

_DELIMITERS = ",;\t"
Row = list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A CSV file whose first row has been read."""

    header: Row
    """The first row, which is already data in a file without a header."""
    rows: Iterator[tuple[int, Row]]
    """Line and fields of each row of data, as many fields as the header has."""


def header_in(head: bytes) -> Row | None:
    """Return the first row of what begins like this, `None` when it is no text."""
    try:
        # The end of the head may lie within a letter; the first row does not.
        lines = head.decode("utf-8-sig", errors="replace").splitlines()
        text = next((line for line in lines if not is_preface(line)), "")
        return next(csv.reader([text], delimiter=delimiter_of(text)), None)
    except csv.Error:
        return None


def sheet_of(stream: BinaryIO, tally: Tally) -> Sheet:
    """Return the rows of a stream.

    Raises:
        FileRefusedError: it has no rows. Consuming the rows raises it as well, at a bad one that is not to be skipped.
    """
    lines = Lines(stream, tally)
    texts = iter(lines)
    first = next((text for text in texts if not is_preface(text)), None)
    if first is None:
        raise tally.refuse_all("holds nothing", code="empty")
    delimiter = delimiter_of(first)
    header = next(csv.reader([first], delimiter=delimiter))
    reader = csv.reader(texts, delimiter=delimiter)
    rows = _checked(reader, lines, len(header), tally)
    return Sheet(header, _after(header, lines.number, rows) if is_headless_kline(header) else rows)


def _after(first: Row, line: int, rows: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    yield line, first
    yield from rows


def _checked(reader: "Iterator[Row]", lines: Lines, width: int, tally: Tally) -> Iterator[tuple[int, Row]]:
    while True:
        try:
            for row in reader:
                if len(row) == width:
                    yield lines.number, row
                elif row:
                    why = BadRow("columns", f"{len(row)} instead of {width}")
                    tally.read += 1
                    tally.refuse(lines.number, why)
            return
        except csv.Error as error:
            tally.read += 1
            tally.refuse(lines.number, BadRow("quoting", str(error)))


def is_preface(line: str) -> bool:
    """Return whether a line stands above the first row."""
    # CryptoDataDownload puts its address above the header.
    return not line.strip() or line.startswith(("http://", "https://"))


def delimiter_of(line: str) -> str:
    """Return what separates the fields of the first row, and so of all."""
    return max(_DELIMITERS, key=line.count)
