"""Our own layout, which the export writes: every field of a transaction in a column."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import cast, get_args

from shared.domain.portfolio.money import text_of, text_or_none
from shared.records.portfolio import USD, Kind, Settlement, Transaction

from .drafts import (
    BadRowError,
    Draft,
    Numbered,
    Refused,
    Row,
    Sheet,
    above_zero,
    each_row,
    needed,
    number_of,
    some_number,
    symbol_of,
    time_of,
)

COLUMNS = (
    "time",
    "kind",
    "token_id",
    "quantity",
    "price",
    "amount",
    "quote",
    "usd_rate",
    "settlement",
    "fee",
    "fee_currency",
    "fee_usd_rate",
    "external_id",
    "note",
    "filled",
)
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_FILLED = {"price", "usd_rate", "fee_usd_rate"}
LONGEST_NOTE = 200
LONGEST_ID = 100


def read(rows: Iterator[Numbered]) -> Sheet:
    """Return the rows of a file in our layout; `symbol` may stand for `token_id`, and what is not told may be left out."""
    return each_row(rows, _draft)


def _draft(line: int, row: Row) -> Draft | Refused:
    time, kind, quantity = needed(row, "time", "kind", "quantity")
    if kind not in get_args(Kind):
        raise BadRowError("kind", f"kind '{kind[:40]}' is none of {', '.join(get_args(Kind))}")
    settlement = row.get("settlement", "") or "holdings"
    if settlement not in get_args(Settlement):
        raise BadRowError("settlement", f"settlement '{settlement[:40]}' is none of {', '.join(get_args(Settlement))}")
    fee = some_number(row, "fee")
    transaction = Transaction(
        at=time_of(time, "time"),
        kind=cast("Kind", kind),
        token_id=_token(row),
        quantity=above_zero(number_of(quantity, "quantity"), "quantity"),
        price=some_number(row, "price"),
        amount=some_number(row, "amount"),
        quote=_currency(row, "quote"),
        usd_rate=some_number(row, "usd_rate"),
        settlement=cast("Settlement", settlement),
        fee=number_of("0", "fee") if fee is None else fee,
        fee_currency=_currency(row, "fee_currency"),
        fee_usd_rate=some_number(row, "fee_usd_rate"),
        external_id=_text(row, "external_id", LONGEST_ID) or None,
        note=_text(row, "note", LONGEST_NOTE),
        filled=_filled(row),
    )
    return Draft(line, transaction)


def written(transactions: Iterable[Transaction]) -> Iterator[str]:
    """Yield the file of transactions, its header first."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for count, each in enumerate(transactions, 1):
        writer.writerow(_fields(each))
        if not count % 500:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _fields(each: Transaction) -> list[str | None]:
    return [
        each.at.isoformat().replace("+00:00", "Z"),
        each.kind,
        each.token_id,
        text_of(each.quantity),
        text_or_none(each.price),
        text_or_none(each.amount),
        each.quote,
        text_or_none(each.usd_rate),
        each.settlement,
        text_of(each.fee),
        each.fee_currency,
        text_or_none(each.fee_usd_rate),
        each.external_id,
        each.note,
        " ".join(each.filled),
    ]


def _token(row: Row) -> str:
    token_id = row.get("token_id", "").strip()
    if not token_id:
        (symbol,) = needed(row, "symbol")
        return symbol_of(symbol)
    if _SLUG.fullmatch(token_id) is None:
        raise BadRowError("token", f"'{token_id[:40]}' is no token id")
    return token_id


def _currency(row: Row, column: str) -> str:
    text = row.get(column, "").strip()
    if not text or text.upper() == USD:
        return USD
    # Ids are small, symbols in capitals.
    return text if _SLUG.fullmatch(text) else symbol_of(text)


def _text(row: Row, column: str, longest: int) -> str:
    text = row.get(column, "")
    if len(text) > longest or not text.isprintable():
        raise BadRowError("text", f"{column} has over {longest} characters, or some that cannot be printed")
    return text


def _filled(row: Row) -> tuple[str, ...]:
    names = tuple(row.get("filled", "").split())
    if not _FILLED.issuperset(names):
        raise BadRowError("filled", f"filled may name {', '.join(sorted(_FILLED))}")
    return names
