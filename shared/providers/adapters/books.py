"""What all order books have in common: levels, their order, and that a book is the one of the token asked for."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

from shared.core.errors import NotListedError, UpstreamError
from shared.providers import numbers
from shared.providers.depth_requests import MOST_APART, BookRequest
from shared.providers.numbers import JsonValue, Unreadable
from shared.records.depth import BookRecord, Level, quoted_in


def book_of(
    provider: str,
    request: BookRequest,
    sides: tuple[Sequence[Level], Sequence[Level]],
    *,
    observed_at: datetime,
    fetched_at: datetime,
) -> BookRecord:
    """Return the book of bids and asks, best prices first. An empty side is an answer, an empty book none.

    Raises:
        Unreadable: the sides are out of order or cross each other.
        NotListedError: nobody offers anything, or at a wholly different price than that of the token.
    """
    bids, asks = sides
    _check_order(bids, asks)
    if not bids and not asks:
        raise NotListedError(provider, "nobody offers anything")
    _check_price(provider, request, bids, asks)
    return BookRecord(
        token_id=request.token_id,
        provider=provider,
        market=request.markets[provider],
        quote_currency=quoted_in(request.markets[provider]),
        bids=tuple(bids),
        asks=tuple(asks),
        observed_at=observed_at,
        known_at=fetched_at,
    )


def levels_in(rows: JsonValue, name: str, level: Callable[[JsonValue], Level] | None = None) -> list[Level]:
    """Return the levels of a side in the order in which they stand; those without an amount are gone and dropped.

    Raises:
        Unreadable: one is no pair of a price above zero and an amount.
    """
    if not isinstance(rows, list):
        raise Unreadable(f"'{name}' is no list")
    found = ((level or listed_level)(row) for row in rows)
    return [each for each in found if each.amount]


def listed_level(row: JsonValue) -> Level:
    """Return a level written `[price, amount, …]`; what comes after, a count, a time or an empty list, says nothing to us.

    Raises:
        Unreadable: it is none.
    """
    if not isinstance(row, list) or len(row) < 2:
        raise Unreadable("a level is no pair")
    return level_of({"price": row[0], "amount": row[1]})


def level_of(row: numbers.Row) -> Level:
    """Return a level written as an object with `price` and `amount`.

    Raises:
        Unreadable: it is none.
    """
    price, amount = numbers.price(row, "price"), numbers.amount(row, "amount")
    if price is None or amount is None:
        raise Unreadable("a level without price or amount")
    return Level(price, amount)


def unlisted(error: UpstreamError, *words: str) -> UpstreamError:
    """Return what an error means if it holds one of the words by which an exchange says that it does not know the pair."""
    known = any(word in error.reason for word in words)
    return NotListedError(error.provider, "no such pair") if known else error


def _check_order(bids: Sequence[Level], asks: Sequence[Level]) -> None:
    if any(later.price > earlier.price for earlier, later in pairwise(bids)):
        raise Unreadable("bids out of order")
    if any(later.price < earlier.price for earlier, later in pairwise(asks)):
        raise Unreadable("asks out of order")
    if bids and asks and bids[0].price >= asks[0].price:
        raise Unreadable("bids and asks cross")


def _check_price(provider: str, request: BookRequest, bids: Sequence[Level], asks: Sequence[Level]) -> None:
    # A price in tethers is near enough to one in dollars for telling tokens apart.
    best = [side[0].price for side in (bids, asks) if side]
    told, known = sum(best, Decimal(0)) / len(best), request.price_usd
    if known is not None and max(told, known) > min(told, known) * MOST_APART:
        raise NotListedError(provider, f"its {request.markets[provider]} is another token, or its price is wrong")
