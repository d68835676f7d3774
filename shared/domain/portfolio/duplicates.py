"""Which rows of a file are in a portfolio already: by the exchange's id, else by everything that the row tells.

Two equal rows without ids are two transactions (an order is often filled twice at one price within a second); a file that is
imported again has as many of them as are there already.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from shared.records.portfolio import USD, Transaction

from .money import text_or_none


def digest_of(transaction: Transaction) -> str:
    """Return what stands for all that a row tells; what the market filled in is no part of it."""
    numbers = {
        name: getattr(transaction, name)
        for name in ("price", "usd_rate", "fee_usd_rate")
        if name not in transaction.filled
    }
    told = [
        transaction.at.isoformat(),
        transaction.kind,
        transaction.token_id,
        transaction.quote,
        transaction.settlement,
        transaction.fee_currency if transaction.fee else USD,
        *(f"{name}={text_or_none(value)}" for name, value in numbers.items() if value is not None),
        *(str(text_or_none(value)) for value in (transaction.quantity, transaction.amount, transaction.fee)),
    ]
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:32]


class KnownRows:
    """What is there already; each stored transaction answers for one row of a file."""

    def __init__(self, stored: Iterable[Transaction]) -> None:
        self._ids: set[str] = set()
        self._by_digest: dict[str, list[int]] = defaultdict(list)
        self._used: set[int] = set()
        for each in stored:
            if each.external_id is not None:
                self._ids.add(each.external_id)
            for digest in {digest_of(each), each.imported_as or digest_of(each)}:
                self._by_digest[digest].append(each.sequence)

    def knows(self, transaction: Transaction, digest: str) -> bool:
        """Return whether a row is there already; a new one counts from now on."""
        if transaction.external_id is not None:
            known = transaction.external_id in self._ids
            self._ids.add(transaction.external_id)
            return known
        free = next((each for each in self._by_digest.get(digest, ()) if each not in self._used), None)
        if free is not None:
            self._used.add(free)
        return free is not None
