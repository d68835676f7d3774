"""What somebody holds: portfolios, and the transactions they are made of."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

Kind = Literal["buy", "sell", "transfer_in", "transfer_out", "income", "fee"]
Settlement = Literal["holdings", "outside"]
USD = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """One transaction. Dollars are outside of a portfolio; coins that are paid with may be within."""

    at: datetime
    kind: Kind
    token_id: str
    quantity: Decimal
    """Coins, above zero."""
    price: Decimal | None = None
    """Of one coin, in `quote`. A trade has it or the amount; of a transfer or an income it is what the coins were worth."""
    amount: Decimal | None = None
    """Of the whole trade without fees, in `quote`, where the price is not what was told."""
    quote: str = USD
    """`USD`, or the token that was paid with or for."""
    usd_rate: Decimal | None = None
    """US dollars for one of `quote` at that time; `None` where that is the dollar."""
    settlement: Settlement = "holdings"
    """Whether the quote token, and fees in other tokens than the traded one, came from and went to these holdings."""
    fee: Decimal = Decimal(0)
    fee_currency: str = USD
    fee_usd_rate: Decimal | None = None
    """US dollars for one of `fee_currency`, where that is a third token."""
    external_id: str | None = None
    """What an exchange calls it; no two of a portfolio share one."""
    note: str = ""
    filled: tuple[str, ...] = ()
    """Which of the numbers were not told and are the market's of that time: `price`, `usd_rate`, `fee_usd_rate`."""
    imported_as: str | None = None
    """The digest of the row it came from, so that the row is known again after an edit."""
    sequence: int = -1
    """Its number in its portfolio, once it is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """A portfolio without its transactions."""

    portfolio_id: str
    owner: str
    name: str
    description: str
    created_at: datetime
    updated_at: datetime
    transactions: int = 0
    next_sequence: int = 0
    revision: int = 1
    """Grows with every change of it or of its transactions."""
