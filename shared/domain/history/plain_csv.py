"""A CSV file by columns, as long as it is plain: no quotation marks, as many fields in every line, nothing to be mended.

What is plain is read a hundred times as fast as row by row. Everything else raises `NotPlainError`, whatever is wrong with it:
the caller reads the file row by row then, which finds out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from .csv_rows import Row, delimiter_of, is_preface
from .files import LONGEST_LINE
from .layouts import is_headless_kline

_BLOCK = 4 * 1024**2
_MARK = b"\xef\xbb\xbf"


class NotPlainError(Exception):
    """A file, or what is asked of it, is not plain; says nothing of whether it is right."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A CSV file whose first row has been read."""

    header: Row
    blocks: Iterator[Any]
    """Arrow's record batches with a column for each of the header's fields: of texts, or else of times."""


def arrow() -> Any:
    """Return Arrow's module with what is used of it; the library is for this machine, not for functions, and has few types.

    Raises:
        NotPlainError: it is not installed.
    """
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.csv
        import pyarrow.parquet
    except ImportError as error:
        raise NotPlainError from error
    return pyarrow


def columns_in(stream: BinaryIO) -> Columns:
    """Return the columns of a stream.

    Raises:
        NotPlainError: also while the blocks are consumed.
    """
    pieces = _pieces(stream)
    first = next(pieces, b"").removeprefix(_MARK)
    line, rest = _first_row(first)
    delimiter = delimiter_of(line)
    header = line.rstrip("\r\n").split(delimiter)
    # A file without a header begins with data.
    body = first if is_headless_kline(header) else rest
    return Columns(header, _tables(body, pieces, delimiter, len(header)))


def _first_row(block: bytes) -> tuple[str, bytes]:
    rest = block
    while rest:
        raw, _, rest = rest.partition(b"\n")
        line = raw.decode()
        if not is_preface(line):
            return line, rest
    raise NotPlainError


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines, some megabytes at a time."""
    held = b""
    while read := stream.read(_BLOCK):
        whole, end, rest = (held + read).rpartition(b"\n")
        held = rest
        if end:
            yield _require_plain(whole + end)
        elif len(held) > _BLOCK:
            raise NotPlainError
    if held:
        yield _require_plain(held)


def _require_plain(piece: bytes) -> bytes:
    odd = b'"' in piece or b"\x00" in piece or piece.count(b"\r") != piece.count(b"\r\n")
    if odd or max(map(len, piece.split(b"\n"))) >= LONGEST_LINE - 1:
        raise NotPlainError
    try:
        piece.decode()
    except UnicodeDecodeError as error:
        raise NotPlainError from error
    return piece


def _tables(first: bytes, others: Iterator[bytes], delimiter: str, width: int) -> Iterator[Any]:
    names = [str(place) for place in range(width)]
    if first.strip():
        yield _table(first, delimiter, names)
    for piece in others:
        if piece.strip():
            yield _table(piece, delimiter, names)


def _table(piece: bytes, delimiter: str, names: Sequence[str]) -> Any:
    pyarrow = arrow()
    csv = pyarrow.csv
    try:
        table = csv.read_csv(
            pyarrow.BufferReader(piece),
            read_options=csv.ReadOptions(column_names=names, block_size=_BLOCK * 2),
            parse_options=csv.ParseOptions(delimiter=delimiter, quote_char=False, escape_char=False),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pyarrow.string()), strings_can_be_null=False
            ),
        )
    except pyarrow.ArrowException as error:
        raise NotPlainError from error
    return table.combine_chunks().to_batches()[0]
