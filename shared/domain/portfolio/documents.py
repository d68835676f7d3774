"""Portfolios and transactions as documents: numbers are text, so that none loses a digit; transactions lie 500 to a document."""

import json
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from shared.cache.documents import Document, Value
from shared.records.portfolio import USD, Portfolio, Transaction

from .money import text_of

CHUNK = 500
"""Transactions of a document, some 30 KB of it: one with 20,000 transactions is read in 40 documents, by one request."""

_NUMBERS = ("price", "amount", "usd_rate", "fee_usd_rate")
_TEXTS: Mapping[str, Any] = {
    "quote": USD,
    "settlement": "holdings",
    "fee_currency": USD,
    "external_id": None,
    "note": "",
    "imported_as": None,
}
"""What is not written where it is so."""


def portfolio_fields(portfolio: Portfolio) -> dict[str, Value]:
    """Return a portfolio's fields."""
    return {
        "owner": portfolio.owner,
        "name": portfolio.name,
        "description": portfolio.description,
        "created_at": portfolio.created_at,
        "updated_at": portfolio.updated_at,
        "transactions": portfolio.transactions,
        "next_sequence": portfolio.next_sequence,
        "revision": portfolio.revision,
    }


def portfolio_of(document: Document, portfolio_id: str) -> Portfolio:
    """Return the portfolio of a document."""
    fields = cast("Mapping[str, Any]", document.fields)
    return Portfolio(portfolio_id=portfolio_id, **fields)


def chunk_fields(owner: str, revision: int, transactions: Iterable[Transaction]) -> dict[str, Value]:
    """Return the fields of a chunk.

    The revision makes two writes differ even where their rows are equal, so that the document's version changes.
    """
    text = json.dumps([_row(each) for each in transactions], separators=(",", ":"), ensure_ascii=False)
    return {"owner": owner, "revision": revision, "rows": zlib.compress(text.encode(), 6)}


def transactions_of(document: Document) -> list[Transaction]:
    """Return the transactions of a chunk in the order in which they were added."""
    text = zlib.decompress(cast("bytes", document.fields["rows"]))
    return [_transaction(row) for row in json.loads(text)]


def _row(transaction: Transaction) -> dict[str, object]:
    row: dict[str, object] = {
        "n": transaction.sequence,
        "at": transaction.at.isoformat(),
        "kind": transaction.kind,
        "token_id": transaction.token_id,
        "quantity": text_of(transaction.quantity),
    }
    row |= {name: text_of(value) for name in _NUMBERS if (value := getattr(transaction, name)) is not None}
    row |= {name: value for name, none in _TEXTS.items() if (value := getattr(transaction, name)) != none}
    if transaction.fee:
        row["fee"] = text_of(transaction.fee)
    if transaction.filled:
        row["filled"] = list(transaction.filled)
    return row


def _transaction(row: Mapping[str, Any]) -> Transaction:
    told: dict[str, Any] = {name: row[name] for name in _TEXTS if name in row}
    told |= {name: Decimal(row[name]) for name in _NUMBERS if name in row}
    return Transaction(
        at=datetime.fromisoformat(row["at"]),
        kind=row["kind"],
        token_id=row["token_id"],
        quantity=Decimal(row["quantity"]),
        fee=Decimal(row.get("fee", 0)),
        filled=tuple(row.get("filled", ())),
        sequence=row["n"],
        **told,
    )
