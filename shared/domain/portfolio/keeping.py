"""Portfolios in the document store: a document each, and their transactions in chunks beside it.

Every change of a portfolio or of its transactions replaces the portfolio's own document by the version that was read, in one
commit with the chunks: who comes second is told no, and reads again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.cache.documents import Document, DocumentStore, Put, Removal, Write
from shared.cache.owned import name_of, owned
from shared.core.errors import NotFoundError
from shared.records.portfolio import Portfolio, Transaction

from .documents import CHUNK, chunk_fields, portfolio_fields, portfolio_of, transactions_of

PORTFOLIOS = "portfolios"
TRANSACTIONS = "portfolio_transactions"
MOST_EVER = 200_000
"""Transactions of a portfolio, removed ones counted: so that all its documents fit into one commit."""

_MANY = 2
"""Chunks; reading each takes 10 ms, during which nobody else is answered."""


@dataclass(slots=True)
class Holding:
    """A portfolio as it was read, and the changes that are to be written."""

    portfolio: Portfolio
    version: str
    chunks: dict[int, Document] = field(default_factory=dict)
    rows: dict[int, Transaction] = field(default_factory=dict)
    """By sequence, as they are to be."""
    touched: set[int] = field(default_factory=set)
    """Chunks that differ from what was read."""

    def add(self, transaction: Transaction) -> Transaction:
        """Add a transaction and return it with its number."""
        sequence = self.portfolio.next_sequence
        stored = replace(transaction, sequence=sequence)
        self.rows[sequence] = stored
        self.portfolio = replace(self.portfolio, next_sequence=sequence + 1)
        self.touched.add(sequence // CHUNK)
        return stored

    def put(self, transaction: Transaction) -> None:
        """Replace the transaction of that number."""
        self.rows[transaction.sequence] = transaction
        self.touched.add(transaction.sequence // CHUNK)

    def remove(self, sequence: int) -> None:
        """Remove a transaction."""
        del self.rows[sequence]
        self.touched.add(sequence // CHUNK)


class Portfolios:
    """Reads and writes; every method raises `DocumentsUnavailableError` when the store does not answer."""

    def __init__(self, documents: DocumentStore) -> None:
        self._documents = documents

    async def all(self, uid: str) -> list[Portfolio]:
        """Return somebody's portfolios, oldest first."""
        found = await self._documents.list(PORTFOLIOS, prefix=owned(uid))
        portfolios = [portfolio_of(each, name_of(each.path)) for each in found]
        return sorted(portfolios, key=lambda each: (each.created_at, each.portfolio_id))

    async def one(self, uid: str, portfolio_id: str) -> Holding:
        """Return a portfolio without its transactions.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        document = await self._documents.get(_path(uid, portfolio_id))
        if document is None:
            raise NotFoundError("portfolio", portfolio_id)
        return Holding(portfolio_of(document, portfolio_id), document.version)

    async def whole(self, uid: str, portfolio_id: str) -> Holding:
        """Return a portfolio with its transactions.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        holding = await self.one(uid, portfolio_id)
        found = await self._documents.list(TRANSACTIONS, prefix=owned(uid, f"{portfolio_id}."))
        holding.chunks = {int(name_of(each.path).rpartition(".")[2]): each for each in found}
        holding.rows = await (asyncio.to_thread(_rows, found) if len(found) > _MANY else _rows_at_once(found))
        return holding

    async def create(self, portfolio: Portfolio, more: Sequence[Write] = ()) -> bool:
        """Write a new portfolio, and what else belongs to that; return whether all was written."""
        path = _path(portfolio.owner, portfolio.portfolio_id)
        return await self._documents.commit([Put(path=path, fields=portfolio_fields(portfolio), new=True), *more])

    async def save(self, holding: Holding, now: datetime, more: Sequence[Write] = ()) -> bool:
        """Write what was changed, and what else belongs to that; return whether nobody was faster."""
        portfolio = replace(
            holding.portfolio,
            revision=holding.portfolio.revision + 1,
            updated_at=now,
            transactions=len(holding.rows) if holding.touched else holding.portfolio.transactions,
        )
        holding.portfolio = portfolio
        path = _path(portfolio.owner, portfolio.portfolio_id)
        writes: list[Write] = [Put(path=path, fields=portfolio_fields(portfolio), version=holding.version)]
        writes += [_chunk(holding, number) for number in sorted(holding.touched)]
        return await self._documents.commit([*writes, *more])

    async def remove(self, holding: Holding) -> bool:
        """Remove a portfolio, read whole, with its transactions; return whether nobody was faster."""
        portfolio = holding.portfolio
        writes: list[Write] = [
            Removal(path=_path(portfolio.owner, portfolio.portfolio_id), version=holding.version),
            *(Removal(path=each.path) for each in holding.chunks.values()),
        ]
        return await self._documents.commit(writes)


def _rows(chunks: Sequence[Document]) -> dict[int, Transaction]:
    return {each.sequence: each for chunk in chunks for each in transactions_of(chunk)}


async def _rows_at_once(chunks: Sequence[Document]) -> dict[int, Transaction]:
    return _rows(chunks)


def _path(uid: str, portfolio_id: str) -> str:
    return f"{PORTFOLIOS}/{owned(uid, portfolio_id)}"


def _chunk(holding: Holding, number: int) -> Write:
    portfolio, known = holding.portfolio, holding.chunks.get(number)
    path = f"{TRANSACTIONS}/{owned(portfolio.owner, f'{portfolio.portfolio_id}.{number:04d}')}"
    members = range(number * CHUNK, (number + 1) * CHUNK)
    rows = [holding.rows[sequence] for sequence in members if sequence in holding.rows]
    if not rows:
        return Removal(path=path, version=known.version if known else None)
    fields = chunk_fields(portfolio.owner, portfolio.revision, rows)
    return Put(path=path, fields=fields, version=known.version if known else None, new=known is None)
