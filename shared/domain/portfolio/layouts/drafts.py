"""What a file says, row by row, before anybody asks whether it can be."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import cast

from shared.records.portfolio import USD, Transaction

_NUMBER = re.compile(r"[0-9]{1,18}(\.[0-9]{1,30})?")
_SYMBOL = re.compile(r"[A-Za-z0-9$@._-]{1,32}")
SYMBOL_MARK = "?"
"""Before a symbol that stands where a token's id will: no id begins so."""
FIAT = frozenset(
    [
        "USD",
        "EUR",
        "GBP",
        "JPY",
        "AUD",
        "CAD",
        "CHF",
        "CNY",
        "TRY",
        "BRL",
        "RUB",
        "UAH",
        "NGN",
        "ZAR",
        "PLN",
        "RON",
        "CZK",
        "SEK",
        "NOK",
        "DKK",
        "HUF",
        "MXN",
        "ARS",
        "COP",
        "INR",
        "KRW",
        "IDR",
        "VND",
        "SGD",
        "NZD",
        "AED",
    ]
)
_FIRST_MS = 100_000_000_000


class BadRowError(Exception):
    """A row cannot be read."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction as a row tells it; instead of tokens' ids there may be symbols."""

    line: int
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not taken, and why."""

    line: int
    code: str
    reason: str


@dataclass(slots=True)
class Sheet:
    """What became of the rows of a file."""

    drafts: list[Draft] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    ignored: list[Refused] = field(default_factory=list)
    """Rows of things that no portfolio holds, or that move nothing in or out of it."""


Row = Mapping[str, str]
"""Fields by their column's name in small letters."""
Numbered = tuple[int, Row]


def each_row(rows: Iterator[Numbered], read: Callable[[int, Row], Draft | Refused]) -> Sheet:
    """Return a sheet of rows that are read one by one; `read` returns a draft, or why a row is passed over."""
    sheet = Sheet()
    for line, row in rows:
        try:
            found = read(line, row)
        except BadRowError as error:
            sheet.refused.append(Refused(line, error.code, error.reason))
            continue
        if isinstance(found, Draft):
            sheet.drafts.append(found)
        else:
            sheet.ignored.append(found)
    return sheet


def number_of(text: str, column: str) -> Decimal:
    """Return a number that is not below zero.

    Raises:
        BadRowError: it is none, or has over 18 digits before or 30 behind the point.
    """
    plain = text.strip().replace(",", "").lstrip("$€£")
    try:
        value = Decimal(plain)
        plain = f"{value:f}" if value.is_finite() and abs(value.adjusted()) < 40 else plain
    except InvalidOperation:
        raise BadRowError("number", f"{column}: '{text[:40]}' is no number") from None
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    if _NUMBER.fullmatch(plain) is None:
        raise BadRowError(
            "number", f"{column}: '{text[:40]}' is below zero, or has over 18 digits before or 30 behind the point"
        )
    return Decimal(plain)


def size_of(text: str, column: str) -> tuple[Decimal, int]:
    """Return a number without its sign, and the sign: 1 or -1.

    Raises:
        BadRowError: it is none.
    """
    plain = text.strip()
    sign = -1 if plain.startswith("-") else 1
    return number_of(plain.lstrip("+-"), column), sign


def some_number(row: Row, column: str) -> Decimal | None:
    """Return a number where there is one.

    Raises:
        BadRowError: there is something else.
    """
    text = row.get(column, "").strip()
    return number_of(text, column) if text else None


def above_zero(value: Decimal, column: str) -> Decimal:
    """Return the value.

    Raises:
        BadRowError: it is zero.
    """
    if not value:
        raise BadRowError("number", f"{column} has to be above zero")
    return value


def symbol_of(text: str) -> str:
    """Return what stands for a token whose symbol is told: its mark and the symbol in capitals; dollars are dollars.

    Raises:
        BadRowError: it cannot be a symbol.
    """
    plain = text.strip()
    if _SYMBOL.fullmatch(plain) is None:
        raise BadRowError("symbol", f"'{plain[:40]}' is no symbol")
    return USD if plain.upper() == USD else SYMBOL_MARK + plain.upper()


def time_of(text: str, column: str) -> datetime:
    """Return a time: ISO-8601, `2024-05-23 21:29:18 UTC`, or seconds or milliseconds since 1970.

    Raises:
        BadRowError: it is none of these.
    """
    plain = text.strip().removesuffix(" UTC").strip()
    plain = f"20{plain}" if re.match(r"[0-9]{2}-[0-9]{2}-[0-9]{2} ", plain) else plain
    try:
        if plain.isascii() and plain.isdigit():
            number = int(plain[:16])
            return datetime.fromtimestamp(number / 1000 if number >= _FIRST_MS else number, UTC)
        time = datetime.fromisoformat(plain)
    except (ValueError, OverflowError, OSError):
        raise BadRowError("time", f"{column}: '{text[:40]}' is no time") from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def needed(row: Row, *columns: str) -> Sequence[str]:
    """Return the texts of columns that may not be empty.

    Raises:
        BadRowError: one is.
    """
    for column in columns:
        if not row.get(column, "").strip():
            raise BadRowError("column", f"{column} is empty")
    return cast("Sequence[str]", [row[column].strip() for column in columns])
