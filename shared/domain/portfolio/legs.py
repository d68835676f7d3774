"""What a transaction moves: coins in and out of the holdings, each with its dollars."""

from dataclasses import dataclass
from decimal import Decimal

from shared.records.portfolio import USD, Transaction

from .money import dollars, per_coin

_ONE = Decimal(1)
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Leg:
    """Coins of one token that come in (`quantity` above zero) or go out."""

    token_id: str
    quantity: Decimal
    usd: Decimal
    """What they cost when they come in, what they brought when they go out; never below zero but for a fee above the proceeds."""


def legs_of(transaction: Transaction) -> tuple[Leg, ...]:
    """Return the legs in the order in which they happen; to be called within `exactly()`.

    A fee is part of the cost of what is bought and taken from the proceeds of what is sold. Paid in coins of the holdings, these
    coins are sold at their price of that moment to pay it. What goes as a `fee`, or as the fee of a transfer, brings nothing.
    """
    if transaction.kind in ("buy", "sell"):
        return _trade(transaction)
    worth = dollars(transaction.quantity * (transaction.price or _NOTHING))
    if transaction.kind in ("transfer_in", "income"):
        return (Leg(transaction.token_id, transaction.quantity, worth),)
    if transaction.kind == "fee":
        return (Leg(transaction.token_id, -transaction.quantity, _NOTHING),)
    # What a network takes is gone and brings nothing.
    return (Leg(transaction.token_id, -transaction.quantity, worth), *_fee_leg(transaction, _NOTHING))


def amount_of(transaction: Transaction) -> Decimal:
    """Return the amount of a trade in its quote currency, exactly."""
    if transaction.amount is not None:
        return transaction.amount
    return transaction.quantity * (transaction.price or _NOTHING)


def _trade(transaction: Transaction) -> tuple[Leg, ...]:
    amount = amount_of(transaction)
    value = dollars(amount * (transaction.usd_rate or _ONE))
    fee = dollars(_fee_value(transaction))
    within = transaction.quote != USD and transaction.settlement == "holdings"
    if transaction.kind == "buy":
        paid = (Leg(transaction.quote, -amount, value),) if within and amount else ()
        legs = (*paid, Leg(transaction.token_id, transaction.quantity, value + fee))
    else:
        got = (Leg(transaction.quote, amount, value),) if within and amount else ()
        legs = (Leg(transaction.token_id, -transaction.quantity, value - fee), *got)
    return (*legs, *_fee_leg(transaction, fee))


def _fee_value(transaction: Transaction) -> Decimal:
    if not transaction.fee or transaction.fee_currency == USD:
        return transaction.fee
    return transaction.fee * fee_rate(transaction)


def fee_rate(transaction: Transaction) -> Decimal:
    """Return the dollars for one of the fee's currency: told, or as the trade says, else 0."""
    if transaction.fee_usd_rate is not None:
        return transaction.fee_usd_rate
    rate = transaction.usd_rate or _ONE
    if transaction.fee_currency == transaction.quote:
        return rate
    if transaction.fee_currency != transaction.token_id:
        return _NOTHING
    if transaction.price is not None:
        return transaction.price * rate
    return per_coin(amount_of(transaction) * rate, transaction.quantity)


def _fee_leg(transaction: Transaction, fee_usd: Decimal) -> tuple[Leg, ...]:
    currency = transaction.fee_currency
    if not transaction.fee or currency == USD:
        return ()
    if transaction.settlement == "outside" and currency != transaction.token_id:
        return ()
    return (Leg(currency, -transaction.fee, fee_usd),)
