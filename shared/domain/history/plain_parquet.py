"""A Parquet file by columns, of the types in which its numbers and times can mean only one thing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .layouts import GENERIC, columns_of, layout_of
from .parquet import open_parquet
from .plain_csv import Columns, NotPlainError, arrow

_ROWS = 50_000


def columns_in(path: Path) -> Columns:
    """Return the columns of a file that mean something.

    Raises:
        NotPlainError: also while the blocks are consumed.
        FileRefusedError: it cannot be read.
    """
    arrow()
    file = open_parquet(path)
    header = [str(name) for name in file.schema_arrow.names]
    if len(set(header)) < len(header):
        raise NotPlainError
    wanted = [header[place] for place in columns_of(layout_of(header) or GENERIC, header).values()]
    return Columns(wanted, _batches(file, wanted))


def _batches(file: Any, wanted: list[str]) -> Iterator[Any]:
    pyarrow = arrow()
    try:
        for batch in file.iter_batches(_ROWS, columns=wanted):
            yield pyarrow.RecordBatch.from_arrays([_plain(batch.column(name)) for name in wanted], names=wanted)
    except (OSError, pyarrow.ArrowException) as error:
        raise NotPlainError from error


def _plain(values: Any) -> Any:
    """Return times as they are, and everything else as texts, an empty one for a missing value."""
    pyarrow = arrow()
    types, compute = pyarrow.types, pyarrow.compute
    kind = values.type.value_type if types.is_dictionary(values.type) else values.type
    if types.is_timestamp(kind) or types.is_date(kind):
        return values
    if types.is_float32(kind):
        # As a text it would be rounded to what it was perhaps meant to be.
        values = values.cast(pyarrow.float64())
    elif not (types.is_string(kind) or types.is_large_string(kind) or types.is_integer(kind) or _is_exact(kind)):
        raise NotPlainError
    return compute.fill_null(values.cast(pyarrow.string()), "")


def _is_exact(kind: Any) -> bool:
    types = arrow().types
    return bool(types.is_float64(kind) or types.is_decimal(kind))
