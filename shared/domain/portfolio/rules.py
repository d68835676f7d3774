"""What a transaction has to be, and which of its numbers the market fills in when they are not told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shared.records.portfolio import USD, Transaction

from .money import price_of
from .prices import KnowsPrices

EARLIEST = datetime(2009, 1, 3, tzinfo=UTC)
_AHEAD = timedelta(minutes=5)
"""Clocks differ."""
_TRADES = ("buy", "sell")
_PRICED = ("transfer_in", "transfer_out", "income")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a transaction cannot be."""

    field: str
    reason: str


def refusal_of(transaction: Transaction, *, now: datetime) -> Refusal | None:
    """Return what is wrong with a transaction by itself, `None` when nothing is."""
    if not EARLIEST <= transaction.at <= now + _AHEAD:
        return Refusal("at", "before 2009-01-03 or yet to come")
    return _trade(transaction) if transaction.kind in _TRADES else _movement(transaction)


def _trade(transaction: Transaction) -> Refusal | None:
    if transaction.price is None and transaction.amount is None:
        return Refusal("price", "a trade has a price, an amount, or both")
    if transaction.quote == transaction.token_id:
        return Refusal("quote", "a token is not traded for itself")
    if transaction.quote == USD and transaction.usd_rate is not None:
        return Refusal("usd_rate", "a dollar is a dollar")
    return _fee(transaction)


def _fee(transaction: Transaction) -> Refusal | None:
    # What a fee in one of the two sides is worth follows from the trade.
    known = transaction.fee_currency in (USD, transaction.quote, transaction.token_id)
    if transaction.fee_usd_rate is not None and (known or not transaction.fee):
        return Refusal("fee_usd_rate", "is told only of a fee in a third token")
    return None


def _movement(transaction: Transaction) -> Refusal | None:
    if transaction.amount is not None or transaction.quote != USD or transaction.usd_rate is not None:
        return Refusal("quote", f"a {transaction.kind} has no other side: give `price`, in US dollars")
    if transaction.kind == "fee" and transaction.price is not None:
        return Refusal("price", "a fee is told by its quantity alone")
    if transaction.fee and (transaction.kind != "transfer_out" or transaction.fee_currency == USD):
        return Refusal("fee", "only trades have fees, and transfers out, in coins")
    if transaction.fee_usd_rate is not None:
        return Refusal("fee_usd_rate", "only of trades")
    return None


async def filled(
    transactions: Sequence[Transaction], prices: KnowsPrices
) -> list[Transaction | tuple[Transaction, Refusal]]:
    """Return each transaction with the numbers it lacks, or why they are not known: the market's within twelve hours of it.

    Raises:
        DatabaseUnavailableError: numbers are lacking and PostgreSQL does not answer.
    """
    wanted = {(token_id, each.at) for each in transactions for token_id in _lacking(each).values()}
    known = await prices.near(wanted) if wanted else {}
    return [_with(each, known) for each in transactions]


def tokens_of(transactions: Iterable[Transaction]) -> set[str]:
    """Return every token that the transactions name."""
    return {name for each in transactions for name in (each.token_id, each.quote, each.fee_currency) if name != USD}


def _with(
    transaction: Transaction, known: Mapping[tuple[str, datetime], Decimal]
) -> Transaction | tuple[Transaction, Refusal]:
    lacking = _lacking(transaction)
    for name, token_id in lacking.items():
        price = known.get((token_id, transaction.at))
        if price is None:
            told = "the price" if name == "price" else f"`{name}`"
            return transaction, Refusal(name, f"no price of {token_id} is known within 12 hours of then: give {told}")
        transaction = replace(transaction, **{name: price_of(price)})  # type: ignore[arg-type]
    return (
        replace(transaction, filled=tuple(dict.fromkeys((*transaction.filled, *lacking)))) if lacking else transaction
    )


def _lacking(transaction: Transaction) -> dict[str, str]:
    """Return the numbers that are not told, each with the token whose price it is."""
    found: dict[str, str] = {}
    if transaction.kind in _PRICED and transaction.price is None:
        found["price"] = transaction.token_id
    if transaction.kind not in _TRADES:
        return found
    if transaction.quote != USD and transaction.usd_rate is None:
        found["usd_rate"] = transaction.quote
    third = transaction.fee_currency not in (USD, transaction.quote, transaction.token_id)
    if transaction.fee and third and transaction.fee_usd_rate is None:
        found["fee_usd_rate"] = transaction.fee_currency
    return found
