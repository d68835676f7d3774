"""Portfolios as callers see them. Coins and dollars are text, so that no digit is lost on the way; ratios are numbers."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.records.portfolio import Kind, Settlement

from .layouts.reading import Layout

_PORTFOLIO: dict[str, Any] = {
    "id": "5f0c2a9be1d34c77",
    "name": "Savings",
    "description": "",
    "currency": "USD",
    "transactions": 2,
    "revision": 3,
    "created_at": "2026-03-01T12:00:00Z",
    "updated_at": "2026-03-01T12:05:00Z",
}
_TRANSACTION: dict[str, Any] = {
    "id": "t0",
    "at": "2026-01-15T10:30:00Z",
    "kind": "buy",
    "token_id": "bitcoin",
    "quantity": "0.05",
    "price": "52000",
    "amount": "2600",
    "quote": "USD",
    "usd_rate": None,
    "settlement": "holdings",
    "fee": "3.9",
    "fee_currency": "USD",
    "fee_usd_rate": None,
    "filled": [],
    "external_id": "coinbase:664fb52ee9e339613dd778da",
    "note": "",
}
_NUMBER = "A number as text, every digit of it."


def _example(example: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [example]})


class PortfolioShown(BaseModel):
    """A portfolio without what is in it."""

    model_config = _example(_PORTFOLIO)

    id: str
    name: str
    description: str
    currency: Literal["USD"] = Field(description="What everything is valued in.")
    transactions: int = Field(description="How many it holds.", ge=0)
    revision: int = Field(description="Grows with every change, also of a transaction; the `ETag` says it too.", ge=1)
    created_at: datetime
    updated_at: datetime


class TransactionShown(BaseModel):
    """A transaction."""

    model_config = _example(_TRANSACTION)

    id: str
    at: datetime
    kind: Kind
    token_id: str
    quantity: str = Field(description="Coins.", examples=["0.05"])
    price: str | None = Field(description="Of one coin in `quote`, if it was told or filled in.", examples=["52000"])
    amount: str | None = Field(description="Of a trade, without fees, in `quote`.", examples=["2600"])
    quote: str = Field(description="`USD`, or the token that was paid with or for.")
    usd_rate: str | None = Field(description="US dollars for one of `quote` then; null where that is the dollar.")
    settlement: Settlement
    fee: str = Field(description=_NUMBER, examples=["3.9"])
    fee_currency: str
    fee_usd_rate: str | None = Field(description="US dollars for one of a third token that the fee was paid in.")
    filled: list[str] = Field(description="Which numbers nobody told: they are the market's of that time.")
    external_id: str | None
    note: str


class RefusedRow(BaseModel):
    """A row of a file that is not taken."""

    model_config = _example(
        {"line": 7, "code": "short", "reason": "short of 0.5 bitcoin at 2026-01-15T10:30:00Z (sell)"}
    )

    line: int = Field(description="Of the file, from 1.")
    code: str = Field(description="Why, for programs: `number`, `time`, `short`, `ambiguous_symbol`, `no_price` ….")
    reason: str = Field(description="Why, for people.")


class ImportReport(BaseModel):
    """What became of the rows of a file."""

    model_config = _example(
        {
            "layout": "binance_trades",
            "kept": True,
            "dry_run": False,
            "added": 2,
            "good": 2,
            "duplicates": 0,
            "refused": 0,
            "ignored": 0,
            "symbols": {"BTC": "bitcoin", "USDT": "tether"},
            "refused_rows": [],
            "ignored_rows": [],
        }
    )

    layout: Layout
    kept: bool = Field(description="Whether the portfolio now holds all the good rows.")
    dry_run: bool
    added: int = Field(description="Transactions that were added.", ge=0)
    good: int = Field(description="Rows that could be added.", ge=0)
    duplicates: int = Field(description="Rows that are in the portfolio already.", ge=0)
    refused: int = Field(description="Rows that cannot be taken.", ge=0)
    ignored: int = Field(description="Rows that move nothing in or out: money, or coins within an exchange.", ge=0)
    symbols: dict[str, str] = Field(description="Which token each symbol was taken for.")
    refused_rows: list[RefusedRow] = Field(description="The first 200 of the refused.")
    ignored_rows: list[RefusedRow] = Field(description="The first 200 of the ignored.")
