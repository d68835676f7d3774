"""Portfolios and transactions as callers see them: numbers are text with every digit."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.records.portfolio import Portfolio, Transaction

from .legs import amount_of
from .money import exactly, text_of, text_or_none

Shown = dict[str, Any]


def written(shown: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> str:
    """Return JSON."""
    value = shown if isinstance(shown, Mapping) else list(shown)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def iso(moment: datetime) -> str:
    """Return a time as ISO-8601 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def portfolio_shown(portfolio: Portfolio) -> Shown:
    """Return a portfolio without its transactions."""
    return {
        "id": portfolio.portfolio_id,
        "name": portfolio.name,
        "description": portfolio.description,
        "currency": "USD",
        "transactions": portfolio.transactions,
        "revision": portfolio.revision,
        "created_at": iso(portfolio.created_at),
        "updated_at": iso(portfolio.updated_at),
    }


def transaction_shown(each: Transaction) -> Shown:
    """Return a transaction."""
    trade = each.kind in ("buy", "sell")
    with exactly():
        amount = text_of(amount_of(each)) if trade else None
    return {
        "id": id_of(each.sequence),
        "at": iso(each.at),
        "kind": each.kind,
        "token_id": each.token_id,
        "quantity": text_of(each.quantity),
        "price": text_or_none(each.price),
        "amount": amount,
        "quote": each.quote,
        "usd_rate": text_or_none(each.usd_rate),
        "settlement": each.settlement,
        "fee": text_of(each.fee),
        "fee_currency": each.fee_currency,
        "fee_usd_rate": text_or_none(each.fee_usd_rate),
        "filled": list(each.filled),
        "external_id": each.external_id,
        "note": each.note,
    }


def id_of(sequence: int) -> str:
    """Return a transaction's id."""
    return f"t{sequence}"


def sequence_of(transaction_id: str) -> int:
    """Return a transaction's number; -1, which none has, for what is no id."""
    number = transaction_id[1:]
    known = transaction_id.startswith("t") and number.isascii() and number.isdigit()
    return int(number) if known and id_of(int(number)) == transaction_id else -1
