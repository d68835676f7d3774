"""Changes of transactions: whether they leave everything covered, and written so that nobody's change is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from shared.core.errors import ConflictError, InvalidParameterError
from shared.records.portfolio import Transaction

from .ledger import ShortError, replayed
from .rules import Refusal

ATTEMPTS = 5
_MANY = 1_000
"""Transactions; replaying so many takes 20 ms, during which nobody else is answered."""

T = TypeVar("T")


async def until_done(attempt: Callable[[], Awaitable[T | None]]) -> T:
    """Return what an attempt returns which nobody came before; `None` means that somebody did.

    Raises:
        ConflictError: five attempts in a row lost.
    """
    for _ in range(ATTEMPTS):
        done = await attempt()
        if done is not None:
            return done
    raise ConflictError("portfolio_busy", "The portfolio is being changed by several requests at once; try again")


async def check_covered(transactions: Iterable[Transaction]) -> None:
    """Accept transactions that never take more coins than there are.

    Raises:
        InvalidParameterError: some do; it says when, how much is missing, and of what.
    """
    every = list(transactions)
    try:
        await (asyncio.to_thread(replayed, every) if len(every) > _MANY else _at_once(every))
    except ShortError as error:
        raise refused(Refusal("quantity", str(error))) from error


def refused(refusal: Refusal) -> InvalidParameterError:
    """Return the error that a refused transaction is answered with."""
    return InvalidParameterError(refusal.field, refusal.reason, place="body")


def check_revision(revision: int, if_match: str | None) -> None:
    """Accept a change of what the caller has seen.

    Raises:
        ConflictError: it was changed since.
    """
    if if_match is not None and if_match.strip() not in ("*", etag_of(revision)):
        raise ConflictError("changed", "It was changed meanwhile; read it again")


def etag_of(revision: int) -> str:
    """Return the ETag of a portfolio."""
    return f'"r{revision}"'


async def _at_once(transactions: list[Transaction]) -> None:
    replayed(transactions)
