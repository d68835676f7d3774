"""Candles out of a CSV file."""

from collections.abc import Iterator
from typing import BinaryIO

from shared.records.candles import CandleRecord

from .asking import Ask
from .candle_rows import CandleRows
from .csv_rows import sheet_of
from .layouts import LAYOUTS, columns_of, missing_in
from .refusals import BadRow, Tally

_LAYOUTS = {layout.name: layout for layout in LAYOUTS}


def read(stream: BinaryIO, ask: Ask, tally: Tally, *, name: str) -> Iterator[CandleRecord]:
    """Yield the candles of a file in a layout of this name.

    Raises:
        FileRefusedError: the file is not of this layout, or a row is bad and not to be skipped.
        InvalidParameterError: what the file does not say is not told either.
    """
    sheet, layout = sheet_of(stream, tally), _LAYOUTS[name]
    missing = missing_in(layout, sheet.header)
    if missing:
        raise tally.refuse_all(f"has no column for {', '.join(missing)}", code="columns", line=1)
    rows = CandleRows(layout, columns_of(layout, sheet.header), ask, tally)
    for line, row in sheet.rows:
        tally.read += 1
        try:
            candle = rows.candle(row)
        except BadRow as why:
            tally.refuse(line, why)
            continue
        if candle is not None:
            yield candle
