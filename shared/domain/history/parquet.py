"""Candles out of Parquet, a batch of rows at a time; the library is for this machine, not for functions."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from shared.core.errors import FileRefusedError
from shared.records.candles import CandleRecord

from .asking import Ask
from .candle_rows import CandleRows
from .layouts import GENERIC, columns_of, layout_of, missing_in
from .refusals import BadRow, Tally

_BATCH = 10_000
_BUFFER = 1024**2
_MAGIC = b"PAR1"


def is_parquet(head: bytes) -> bool:
    """Return whether a file begins as Parquet does."""
    return head.startswith(_MAGIC)


def read(path: Path, ask: Ask, tally: Tally) -> Iterator[CandleRecord]:
    """Yield candles of a file whose columns are called as those of a CSV are; its times may be numbers, texts or timestamps.

    Raises:
        FileRefusedError: it cannot be read, the library is not installed, or a row is bad and not to be skipped.
    """
    file = open_parquet(path)
    header = [str(name) for name in file.schema_arrow.names]
    if len(set(header)) < len(header):
        raise tally.refuse_all("has two columns of one name", code="columns")
    layout = layout_of(header) or GENERIC
    if missing := missing_in(layout, header):
        raise tally.refuse_all(f"has no column for {', '.join(missing)}", code="columns")
    columns = columns_of(layout, header)
    wanted = {role: place for place, role in enumerate(columns)}
    rows = CandleRows(layout, wanted, ask, tally)
    for batch in _batches(file, [header[place] for place in columns.values()], tally):
        # The order of the columns is the file's, not that of the asking.
        series = [[_text(value) for value in batch.column(header[place]).to_pylist()] for place in columns.values()]
        for row in zip(*series, strict=True):
            tally.read += 1
            try:
                candle = rows.candle(row)
            except BadRow as why:
                tally.refuse(tally.read, why)
                continue
            if candle is not None:
                yield candle


def _batches(file: Any, names: Sequence[str], tally: Tally) -> Iterator[Any]:
    from pyarrow.lib import ArrowException

    try:
        yield from file.iter_batches(_BATCH, columns=names)
    except (OSError, ArrowException) as error:
        raise tally.refuse_all(f"broken or cut off: {error}", code="broken_file") from error


def open_parquet(path: Path) -> Any:
    """Return a file of Arrow's, which reads a piece of a column at a time.

    Raises:
        FileRefusedError: it is none, or the library is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise FileRefusedError(path.name, "reading Parquet needs pyarrow", code="no_library") from error
    try:
        # Without pre_buffer: that would hold whole groups of rows, which may be the whole file.
        return pyarrow.parquet.ParquetFile(path, pre_buffer=False, buffer_size=_BUFFER)  # type: ignore[no-untyped-call]
    except (OSError, pyarrow.lib.ArrowException) as error:
        raise FileRefusedError(path.name, f"is no Parquet: {error}", code="broken_file") from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
