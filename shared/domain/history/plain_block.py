"""Some thousand candles as columns, and as PostgreSQL reads them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .layouts import Role
from .plain_csv import arrow

PRICES: tuple[Role, ...] = ("open", "high", "low", "close")
AMOUNTS: tuple[Role, ...] = ("volume", "turnover")


@dataclass(frozen=True, slots=True)
class PlainBlock:
    """Candles as columns of Arrow, of what is written to PostgreSQL."""

    token_ids: tuple[str, ...]
    """By number."""
    tokens: Any
    """The number of each candle's token, an array of numpy."""
    opened: Any
    """Microseconds since 1970, an array of numpy."""
    texts: Mapping[Role, Any]
    """Prices and amounts, digit for digit as the file has them."""

    def months(self) -> set[datetime]:
        """Return the beginning of each month that there are candles of."""
        import numpy

        months = numpy.unique(self.opened.view("datetime64[us]").astype("datetime64[M]"))
        return {month.replace(tzinfo=UTC) for month in months.astype("datetime64[us]").tolist()}

    def written(self, series_ids: Mapping[str, int]) -> bytes:
        """Return lines of CSV as `candles.blocks.Block` says."""
        import numpy

        pyarrow = arrow()
        numbers = numpy.array([series_ids[token_id] for token_id in self.token_ids], dtype="int32")[self.tokens]
        columns = [pyarrow.array(numbers), _times(self.opened)]
        missing = pyarrow.nulls(len(numbers), pyarrow.string())
        columns += [self.texts.get(role, missing) for role in (*PRICES, *AMOUNTS)]
        table = pyarrow.table(columns, names=[str(place) for place in range(len(columns))])
        sink = pyarrow.BufferOutputStream()
        pyarrow.csv.write_csv(table, sink, pyarrow.csv.WriteOptions(include_header=False, quoting_style="none"))
        return bytes(sink.getvalue())


def _times(opened: Any) -> Any:
    """Return times as texts; many tokens share theirs, and each written by itself took as long as reading the file."""
    pyarrow = arrow()
    encoded = pyarrow.array(opened).dictionary_encode()
    # Candles open at whole minutes.
    moments = encoded.dictionary.cast(pyarrow.timestamp("us", tz="UTC")).cast(pyarrow.timestamp("s", tz="UTC"))
    return moments.cast(pyarrow.string()).take(encoded.indices)
