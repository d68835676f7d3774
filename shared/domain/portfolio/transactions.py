"""The transactions of a portfolio: added, listed, changed, removed, exported."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.errors import ConflictError, NotFoundError
from shared.domain.cursors import cursor_at, place_of_cursor
from shared.domain.idempotency import Attempt, IdempotencyKeys
from shared.records.answer import Answer, JsonField
from shared.records.portfolio import Kind, Portfolio, Transaction

from .changing import check_covered, check_revision, etag_of, refused, until_done
from .duplicates import digest_of
from .keeping import MOST_EVER, Holding, Portfolios
from .layouts import generic
from .limits import MOST_TRANSACTIONS
from .prices import KnowsPrices
from .rules import Refusal, filled, refusal_of, tokens_of
from .shelf import Told
from .showing import sequence_of, transaction_shown, written


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which transactions are asked for."""

    start: datetime | None = None
    end: datetime | None = None
    token_id: str | None = None
    kind: Kind | None = None

    def takes(self, each: Transaction) -> bool:
        """Return whether it is one of them."""
        return (
            (self.start is None or each.at >= self.start)
            and (self.end is None or each.at < self.end)
            and self.token_id in (None, each.token_id, each.quote)
            and self.kind in (None, each.kind)
        )


class PortfolioTransactions:
    """Every method raises `NotFoundError` for a portfolio that is not the caller's, and `DocumentsUnavailableError` when the store
    does not answer."""

    def __init__(self, documents: DocumentStore, prices: KnowsPrices, clock: Clock, *, data_source: str) -> None:
        self._portfolios = Portfolios(documents)
        self._keys = IdempotencyKeys(documents, clock)
        self._prices = prices
        self._clock = clock
        self._data_source = data_source

    async def add(self, uid: str, portfolio_id: str, given: Transaction, key: str | None) -> Told:
        """Add a transaction.

        Raises:
            InvalidParameterError: it cannot be, or takes more coins than there are.
            ConflictError: there are too many, its id is taken, or the key was used for something else.
        """
        path, asked = f"portfolios/{portfolio_id}/transactions", written(transaction_shown(given))
        attempt = Attempt.of("portfolio", uid, key, path, asked)

        async def tried() -> Told | None:
            now = self._clock.now()
            holding = await self._portfolios.whole(uid, portfolio_id)
            known = await self._keys.recall(attempt)
            if known.answer is not None:
                return Told(self._answer(known.answer), etag_of(holding.portfolio.revision), replayed=True)
            check_room(holding.portfolio, 1)
            stored = holding.add(await self._accepted(given, holding, -1))
            await check_covered(holding.rows.values())
            text = written(transaction_shown(stored))
            done = await self._portfolios.save(holding, now, known.writes(text, now))
            return Told(self._answer(text), etag_of(holding.portfolio.revision)) if done else None

        return await until_done(tried)

    async def change(
        self, uid: str, portfolio_id: str, transaction_id: str, given: Transaction, *, if_match: str | None
    ) -> Told:
        """Replace a transaction.

        Raises:
            NotFoundError: there is none.
            InvalidParameterError: it cannot be, or some time more coins would go than there are.
            ConflictError: the portfolio was changed since the caller read it, or the id is taken.
        """

        async def tried() -> Told | None:
            holding = await self._portfolios.whole(uid, portfolio_id)
            old = _found(holding, transaction_id)
            check_revision(holding.portfolio.revision, if_match)
            accepted = await self._accepted(given, holding, old.sequence)
            new = replace(accepted, sequence=old.sequence, imported_as=old.imported_as)
            holding.put(new)
            await check_covered(holding.rows.values())
            done = await self._portfolios.save(holding, self._clock.now())
            return self._told(new, holding) if done else None

        return await until_done(tried)

    async def remove(self, uid: str, portfolio_id: str, transaction_id: str, *, if_match: str | None) -> None:
        """Remove a transaction.

        Raises:
            NotFoundError: there is none.
            InvalidParameterError: without it some time more coins would go than there are.
            ConflictError: the portfolio was changed since the caller read it.
        """

        async def tried() -> bool | None:
            holding = await self._portfolios.whole(uid, portfolio_id)
            old = _found(holding, transaction_id)
            check_revision(holding.portfolio.revision, if_match)
            holding.remove(old.sequence)
            await check_covered(holding.rows.values())
            return await self._portfolios.save(holding, self._clock.now()) or None

        await until_done(tried)

    async def one(self, uid: str, portfolio_id: str, transaction_id: str) -> Told:
        """Return a transaction.

        Raises:
            NotFoundError: there is none.
        """
        holding = await self._portfolios.whole(uid, portfolio_id)
        return self._told(_found(holding, transaction_id), holding)

    async def page(self, uid: str, portfolio_id: str, wanted: Wanted, *, cursor: str | None, limit: int) -> Answer:
        """Return transactions, newest first.

        Raises:
            InvalidParameterError: the cursor is not one of ours.
        """
        found = list(reversed(await self._wanted(uid, portfolio_id, wanted)))
        total = len(found)
        if cursor is not None:
            moment, sequence = place_of_cursor(cursor)
            found = [each for each in found if (each.at, each.sequence) < (moment, sequence)]
        shown = found[:limit]
        meta: dict[str, JsonField] = {"total": total}
        if len(found) > limit:
            meta["cursor"] = cursor_at(shown[-1].at, shown[-1].sequence)
        data = written(transaction_shown(each) for each in shown)
        return Answer(data=data, as_of=None, source=self._data_source, meta=meta)

    async def export(self, uid: str, portfolio_id: str, wanted: Wanted) -> Iterator[str]:
        """Return a CSV file of the transactions, oldest first, in the layout that can be imported, piece by piece."""
        return generic.written(await self._wanted(uid, portfolio_id, wanted))

    async def lines(self, uid: str, portfolio_id: str, wanted: Wanted) -> Iterator[str]:
        """Return the transactions as lines of JSON, oldest first."""
        found = await self._wanted(uid, portfolio_id, wanted)
        return (written(transaction_shown(each)) + "\n" for each in found)

    async def _wanted(self, uid: str, portfolio_id: str, wanted: Wanted) -> list[Transaction]:
        holding = await self._portfolios.whole(uid, portfolio_id)
        found = (each for each in holding.rows.values() if wanted.takes(each))
        return sorted(found, key=lambda each: (each.at, each.sequence))

    async def _accepted(self, given: Transaction, holding: Holding, sequence: int) -> Transaction:
        """Return a transaction with all its numbers; `sequence` is that of the one it replaces."""
        refusal = refusal_of(given, now=self._clock.now())
        if refusal is not None:
            raise refused(refusal)
        taken = (each.external_id for each in holding.rows.values() if each.sequence != sequence)
        if given.external_id is not None and given.external_id in taken:
            raise ConflictError("duplicate_transaction", f"'{given.external_id}' is in this portfolio already")
        named = {given.token_id, *tokens_of([given])} - {
            name for each in holding.rows.values() for name in tokens_of([each])
        }
        unknown = sorted(named - set(await self._prices.current(named)))
        if unknown:
            raise refused(Refusal("token_id", f"there is no token '{unknown[0]}'"))
        (accepted,) = await filled([given], self._prices)
        if not isinstance(accepted, Transaction):
            raise refused(accepted[1])
        return replace(accepted, imported_as=digest_of(given) if given.imported_as else None)

    def _told(self, transaction: Transaction, holding: Holding) -> Told:
        etag = etag_of(holding.portfolio.revision)
        return Told(self._answer(written(transaction_shown(transaction))), etag)

    def _answer(self, data: str) -> Answer:
        return Answer(data=data, as_of=None, source=self._data_source)


def check_room(portfolio: Portfolio, more: int) -> None:
    """Accept so many more transactions.

    Raises:
        ConflictError: there would be too many.
    """
    if portfolio.transactions + more > MOST_TRANSACTIONS:
        raise ConflictError("too_many_transactions", f"A portfolio may hold {MOST_TRANSACTIONS} transactions at most")
    if portfolio.next_sequence + more > MOST_EVER:
        raise ConflictError(
            "too_many_transactions", f"A portfolio takes {MOST_EVER} transactions, removed ones counted"
        )


def _found(holding: Holding, transaction_id: str) -> Transaction:
    found = holding.rows.get(sequence_of(transaction_id))
    if found is None:
        raise NotFoundError("transaction", transaction_id)
    return found
