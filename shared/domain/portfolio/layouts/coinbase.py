"""Coinbase's transaction history, with and without ids; a conversion is one row with a note, or two rows of one id.

Source: https://help.coinbase.com/en/coinbase/taxes/general-tax-information/understanding-your-tax-information
"""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from shared.records.portfolio import Kind, Transaction

from .drafts import (
    FIAT,
    BadRowError,
    Draft,
    Numbered,
    Refused,
    Row,
    Sheet,
    above_zero,
    needed,
    number_of,
    size_of,
    symbol_of,
    time_of,
)

_BUYS = frozenset({"buy", "advanced trade buy", "advance trade buy"})
_SELLS = frozenset({"sell", "advanced trade sell", "advance trade sell"})
_COMES = frozenset({"receive", "exchange withdrawal", "pro withdrawal"})
_GOES = frozenset({"send", "exchange deposit", "pro deposit"})
_EARNED = ("income", "reward", "coinbase earn", "airdrop", "interest")
_WITHIN = ("staking transfer", "unstaking transfer", "vault", "eth2 deprecation", "subscription")
_CONVERTED = re.compile(r"converted ([0-9.,]+) (\S+) to ([0-9.,]+) (\S+)", re.IGNORECASE)


def read(rows: Iterator[Numbered]) -> Sheet:
    """Return the transactions of the file."""
    sheet, seen = Sheet(), Counter[str]()
    halves: dict[str, tuple[int, Row]] = {}
    for line, row in rows:
        try:
            found = _read(line, row, halves)
        except BadRowError as error:
            sheet.refused.append(Refused(line, error.code, error.reason))
            continue
        if isinstance(found, Refused):
            sheet.ignored.append(found)
        elif found is not None:
            sheet.drafts.append(Draft(line, _identified(found, row, seen)))
    for line, _ in halves.values():
        sheet.refused.append(Refused(line, "conversion", "the other half of the conversion is missing"))
    return sheet


def _read(line: int, row: Row, halves: dict[str, tuple[int, Row]]) -> Transaction | Refused | None:
    kind, asset = (each.lower() for each in needed(row, "transaction type", "asset"))
    if asset.upper() in FIAT:
        return Refused(line, "cash", "money is outside of a portfolio")
    if any(each in kind for each in _WITHIN):
        return Refused(line, "internal", "moves coins within Coinbase")
    if kind == "convert":
        return _conversion(line, row, halves)
    if kind in _BUYS | _SELLS:
        return _trade(row, "buy" if kind in _BUYS else "sell")
    if kind in _COMES | _GOES:
        return _movement(row, "transfer_in" if kind in _COMES else "transfer_out")
    if any(each in kind for each in _EARNED):
        return _movement(row, "income", note=kind)
    raise BadRowError("operation", f"'{kind[:60]}' is no transaction type that we know")


def _trade(row: Row, kind: Kind) -> Transaction:
    currency = _currency(row)
    if currency != "USD":
        raise BadRowError("currency", f"what a trade in {currency} was worth in US dollars is not told")
    (subtotal,) = needed(row, "subtotal")
    amount, _ = _money(subtotal, "Subtotal")
    return _transaction(row, kind, price=_price(row), amount=amount, fee=_fees(row))


def _movement(row: Row, kind: Kind, note: str = "") -> Transaction:
    # What it was worth in another currency does not help: the market is asked.
    return _transaction(row, kind, price=_price(row) if _currency(row) == "USD" else None, note=note)


def _conversion(line: int, row: Row, halves: dict[str, tuple[int, Row]]) -> Transaction | None:
    found = _CONVERTED.search(row.get("notes", ""))
    told = row.get("id", "").strip()
    if told in halves:
        _, other = halves.pop(told)
        gave, got = (row, other) if _sign(row) < 0 else (other, row)
        if _sign(gave) == _sign(got):
            raise BadRowError("conversion", "both halves of the conversion have the same sign")
        quantity, _ = size_of(got["quantity transacted"], "Quantity Transacted")
        return _bought(gave, got["asset"], quantity)
    if found is not None:
        return _bought(row, found[4], number_of(found[3], "Notes"))
    if not told:
        raise BadRowError("conversion", "the note does not say what was converted into what")
    halves[told] = (line, row)
    return None


def _bought(gave: Row, symbol: str, quantity: Decimal) -> Transaction:
    """Return the purchase of one coin with another, of which the row of the other one tells the price."""
    made = _transaction(gave, "buy")
    values: dict[str, Any] = {"amount": made.quantity, "quote": made.token_id}
    if _currency(gave) == "USD":
        values["usd_rate"] = _price(gave)
    return Transaction(
        at=made.at, kind="buy", token_id=symbol_of(symbol), quantity=above_zero(quantity, "quantity"), **values
    )


def _transaction(row: Row, kind: Kind, **more: Any) -> Transaction:
    time, quantity, asset = needed(row, "timestamp", "quantity transacted", "asset")
    size, _ = size_of(quantity, "Quantity Transacted")
    at = time_of(time, "Timestamp")
    return Transaction(at=at, kind=kind, token_id=symbol_of(asset), quantity=above_zero(size, "quantity"), **more)


def _identified(transaction: Transaction, row: Row, seen: Counter[str]) -> Transaction:
    from dataclasses import replace

    told = row.get("id", "").strip()
    if not told:
        return transaction
    seen[told] += 1
    name = f"coinbase:{told[:80]}" if seen[told] == 1 else f"coinbase:{told[:80]}#{seen[told]}"
    return replace(transaction, external_id=name)


def _currency(row: Row) -> str:
    return (row.get("price currency", "") or row.get("spot price currency", "") or "USD").strip().upper()


def _price(row: Row) -> Decimal | None:
    text = (row.get("price at transaction", "") or row.get("spot price at transaction", "")).strip()
    return _money(text, "Price at Transaction")[0] if text else None


def _fees(row: Row) -> Decimal:
    text = (row.get("fees and/or spread", "") or row.get("fees", "")).strip()
    return _money(text, "Fees")[0] if text else Decimal(0)


def _money(text: str, column: str) -> tuple[Decimal, int]:
    """Return an amount such as `-$4.41`."""
    return size_of(text.replace("$", "").replace("€", "").replace("£", ""), column)


def _sign(row: Row) -> int:
    return size_of(row["quantity transacted"], "Quantity Transacted")[1]
