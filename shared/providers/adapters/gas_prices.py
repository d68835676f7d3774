"""What all sources of fees have in common: an order of prices, and whole numbers of blocks."""

from itertools import pairwise

from shared.providers import numbers
from shared.providers.numbers import Row, Unreadable
from shared.records.gas import GasRecord


def in_order(record: GasRecord) -> GasRecord:
    """Return the record, if its prices rise from slow to fast and one at least is above zero.

    Raises:
        Unreadable: they do not: fields were swapped, or nothing was known.
    """
    prices = [price for price in (record.slow, record.average, record.fast) if price is not None]
    if record.average <= 0 or any(later < earlier for earlier, later in pairwise(prices)):
        raise Unreadable("prices that do not rise from slow to fast")
    return record


def whole(row: Row, name: str) -> int | None:
    """Return the number of a block, or `None` when it is not told.

    Raises:
        Unreadable: it is no whole number.
    """
    value = numbers.amount(row, name)
    if value is not None and value != int(value):
        raise Unreadable(f"'{name}' is no whole number")
    return None if value is None else int(value)
