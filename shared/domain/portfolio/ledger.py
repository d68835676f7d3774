"""Transactions to holdings, and what these cost, first in first out and on average."""

import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from shared.records.portfolio import Transaction

from .legs import Leg, legs_of
from .money import exactly, part_of, text_of

_NOTHING = Decimal(0)
_ORDER = {"transfer_in": 0, "income": 1, "sell": 2, "buy": 3, "fee": 4, "transfer_out": 5}
"""At one instant coins come before they go, and a sale before the purchase it pays for."""


class ShortError(Exception):
    """More coins go than there are."""

    def __init__(self, transaction: Transaction, token_id: str, missing: Decimal) -> None:
        super().__init__(
            f"short of {text_of(missing)} {token_id} at {transaction.at.isoformat().replace('+00:00', 'Z')} ({transaction.kind})"
        )
        self.transaction = transaction
        self.token_id = token_id
        self.missing = missing


@dataclass(slots=True)
class Book:
    """One token's coins and their cost by both methods."""

    quantity: Decimal = _NOTHING
    lots: deque[tuple[Decimal, Decimal]] = field(default_factory=deque)
    """Coins and their cost, oldest first."""
    fifo_cost: Decimal = _NOTHING
    average_cost: Decimal = _NOTHING
    fifo_realised: Decimal = _NOTHING
    average_realised: Decimal = _NOTHING
    acquired: Decimal = _NOTHING
    """Dollars that all coins cost which ever came in."""
    proceeds: Decimal = _NOTHING
    """Dollars that all coins brought which were sold or paid with."""
    fifo_moved: Decimal = _NOTHING
    average_moved: Decimal = _NOTHING
    """Cost of the coins that were transferred out."""

    def take_in(self, quantity: Decimal, usd: Decimal) -> None:
        """Add coins."""
        self.lots.append((quantity, usd))
        self.quantity += quantity
        self.fifo_cost += usd
        self.average_cost += usd
        self.acquired += usd

    def give_out(self, quantity: Decimal, usd: Decimal, *, moved: bool) -> None:
        """Take coins away, of which there are enough; what is `moved` elsewhere brings neither gain nor loss."""
        fifo, average = self._oldest(quantity), part_of(self.average_cost, quantity, self.quantity)
        self.quantity -= quantity
        # The last coins take with them whatever cost is left.
        average = average if self.quantity else self.average_cost
        self.fifo_cost -= fifo
        self.average_cost -= average
        if moved:
            self.fifo_moved += fifo
            self.average_moved += average
        else:
            self.proceeds += usd
            self.fifo_realised += usd - fifo
            self.average_realised += usd - average

    def _oldest(self, quantity: Decimal) -> Decimal:
        cost = _NOTHING
        while quantity:
            held, its_cost = self.lots[0]
            if held <= quantity:
                self.lots.popleft()
                quantity -= held
                cost += its_cost
            else:
                part = part_of(its_cost, quantity, held)
                self.lots[0] = (held - quantity, its_cost - part)
                return cost + part
        return cost


@dataclass(slots=True)
class Ledger:
    """What transactions come to."""

    books: dict[str, Book] = field(default_factory=dict)
    income_usd: Decimal = _NOTHING
    """Worth of what came in as income, when it came in."""
    invested_usd: Decimal = _NOTHING
    """Dollars paid, and worth of what was transferred in."""
    returned_usd: Decimal = _NOTHING
    """Dollars got, and worth of what was transferred out, when it was."""

    def apply(self, transaction: Transaction) -> None:
        """Add one transaction, within `exactly()`.

        Raises:
            ShortError: it takes more coins than there are; nothing of it is kept.
        """
        legs = legs_of(transaction)
        self._check(transaction, legs)
        for leg in legs:
            book = self.books.setdefault(leg.token_id, Book())
            if leg.quantity > 0:
                book.take_in(leg.quantity, leg.usd)
            else:
                moved = transaction.kind == "transfer_out" and leg is legs[0]
                book.give_out(-leg.quantity, leg.usd, moved=moved)
        self._count(transaction, legs)

    def _check(self, transaction: Transaction, legs: Sequence[Leg]) -> None:
        left: dict[str, Decimal] = {}
        for leg in legs:
            before = left[leg.token_id] if leg.token_id in left else self._held(leg.token_id)
            left[leg.token_id] = before + leg.quantity
            if left[leg.token_id] < 0:
                raise ShortError(transaction, leg.token_id, -left[leg.token_id])

    def _held(self, token_id: str) -> Decimal:
        book = self.books.get(token_id)
        return _NOTHING if book is None else book.quantity

    def _count(self, transaction: Transaction, legs: Sequence[Leg]) -> None:
        if transaction.kind == "income":
            self.income_usd += legs[0].usd
            return
        flow = flow_of(transaction, legs)
        if flow > 0:
            self.invested_usd += flow
        else:
            self.returned_usd -= flow


def flow_of(transaction: Transaction, legs: Sequence[Leg]) -> Decimal:
    """Return the dollars that came from outside (below zero: went there): what coins are paid with that are not held, and what
    transferred coins were worth. An income and a fee are no such flow: they are what the portfolio earns and loses."""
    if transaction.kind in ("income", "fee"):
        return _NOTHING
    return sum((leg.usd if leg.quantity > 0 else -leg.usd for leg in legs), _NOTHING)


def in_order(transactions: Iterable[Transaction]) -> list[Transaction]:
    """Return transactions as they happened. What they are told in makes no difference, also at one instant."""
    return sorted(transactions, key=lambda each: (each.at, _ORDER[each.kind], _content(each)))


def replayed(transactions: Iterable[Transaction]) -> Ledger:
    """Return what the transactions come to.

    Raises:
        ShortError: at some time more coins went than there were.
    """
    ledger = Ledger()
    with exactly():
        for transaction in in_order(transactions):
            ledger.apply(transaction)
    return ledger


def held_until(transactions: Iterable[Transaction], moment: datetime) -> Ledger:
    """Return what the transactions before a moment come to."""
    return replayed(each for each in transactions if each.at < moment)


def _content(transaction: Transaction) -> tuple[str, ...]:
    """Return what tells two transactions of one instant apart, whichever was stored first."""
    numbers = (transaction.quantity, transaction.price, transaction.amount, transaction.fee, transaction.usd_rate)
    told = ("" if each is None else text_of(each) for each in numbers)
    return (
        transaction.token_id,
        transaction.quote,
        *told,
        transaction.fee_currency,
        json.dumps(transaction.external_id),
    )
