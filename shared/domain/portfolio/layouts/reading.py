"""A file's text to drafts: which layout it is in, and its rows."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Literal

from shared.core.errors import InvalidParameterError
from shared.records.portfolio import Settlement

from . import binance_history, binance_trades, coinbase, generic
from .drafts import Numbered, Sheet

Layout = Literal["generic", "binance_trades", "binance_history", "coinbase"]

_SIGNS: Mapping[Layout, tuple[frozenset[str], ...]] = {
    "coinbase": (frozenset({"timestamp", "transaction type", "asset", "quantity transacted"}),),
    "binance_history": (frozenset({"utc_time", "operation", "coin", "change"}),),
    "binance_trades": (
        frozenset({"date(utc)", "pair", "side", "price", "executed", "amount", "fee"}),
        frozenset({"date(utc)", "market", "type", "price", "amount", "total", "fee", "fee coin"}),
    ),
    "generic": (frozenset({"time", "kind", "token_id", "quantity"}), frozenset({"time", "kind", "symbol", "quantity"})),
}
_PREFACE = 20
"""Lines that may stand above the header."""


def read_sheet(text: str, layout: Layout | None, settlement: Settlement | None) -> tuple[Layout, Sheet]:
    """Return the layout of a file and what its rows say.

    Args:
        text: The whole file.
        layout: The one it has to be in; by default it is recognised by its header.
        settlement: Where what is paid with comes from, if the layout leaves that open.

    Raises:
        InvalidParameterError: it is in no layout that we know, or not in that one.
    """
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    for above, line in enumerate(lines[:_PREFACE]):
        delimiter = max(",;\t", key=line.count)
        header = [name.strip().strip('"').lower() for name in line.rstrip("\r\n").split(delimiter)]
        found = _recognised(frozenset(header), layout)
        if found is not None:
            rows = _rows("".join(lines[above + 1 :]), header, delimiter, above + 1)
            return found, _read(found, rows, settlement)
    wanted = layout or "none of generic, binance_trades, binance_history, coinbase"
    raise InvalidParameterError("text", f"the header is not that of {wanted}", text[:80], place="body")


def _recognised(header: frozenset[str], layout: Layout | None) -> Layout | None:
    for name, signs in _SIGNS.items():
        if layout in (None, name) and any(sign <= header for sign in signs):
            return name
    return None


def _read(layout: Layout, rows: Iterator[Numbered], settlement: Settlement | None) -> Sheet:
    match layout:
        case "generic":
            return generic.read(rows)
        case "coinbase":
            return coinbase.read(rows)
        case "binance_history":
            return binance_history.read(rows, settlement or "holdings")
        case "binance_trades":
            return binance_trades.read(rows, settlement or "outside")


def _rows(text: str, header: list[str], delimiter: str, above: int) -> Iterator[Numbered]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for fields in reader:
            if any(each.strip() for each in fields):
                # A row that is cut off has empty fields, which are refused where they are needed.
                yield above + reader.line_num, dict(zip(header, [*fields, *[""] * len(header)], strict=False))
    except csv.Error as error:
        raise InvalidParameterError(
            "text", f"line {above + reader.line_num} is no CSV: {error}", place="body"
        ) from None
