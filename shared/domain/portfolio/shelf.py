"""Somebody's portfolios: made, listed, renamed, removed."""

import secrets
from dataclasses import dataclass, replace

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.errors import ConflictError
from shared.domain.idempotency import Attempt, IdempotencyKeys
from shared.domain.last_made import last_made
from shared.records.answer import Answer
from shared.records.portfolio import Portfolio

from .changing import check_revision, etag_of, until_done
from .keeping import Portfolios
from .limits import MOST_PORTFOLIOS
from .showing import portfolio_shown, written


@dataclass(frozen=True, slots=True)
class Told:
    """An answer about one thing of a portfolio, and what goes into its headers."""

    answer: Answer
    etag: str | None = None
    replayed: bool = False


class PortfolioShelf:
    """Every method raises `DocumentsUnavailableError` when the store does not answer."""

    def __init__(self, documents: DocumentStore, clock: Clock, *, data_source: str) -> None:
        self._documents = documents
        self._portfolios = Portfolios(documents)
        self._keys = IdempotencyKeys(documents, clock)
        self._clock = clock
        self._data_source = data_source

    async def create(self, uid: str, name: str, description: str, key: str | None) -> Told:
        """Make a portfolio.

        Raises:
            ConflictError: there are as many as may be, or the key was used for something else.
        """
        attempt = Attempt.of("portfolio", uid, key, "portfolios", {"name": name, "description": description})

        async def tried() -> Told | None:
            now = self._clock.now()
            known = await self._keys.recall(attempt)
            if known.answer is not None:
                return Told(self._answer(known.answer), replayed=True)
            last = await last_made(self._documents, uid, "portfolio")
            if len(await self._portfolios.all(uid)) >= MOST_PORTFOLIOS:
                raise ConflictError("too_many_portfolios", f"There may be {MOST_PORTFOLIOS} portfolios at most")
            made = Portfolio(
                portfolio_id=secrets.token_hex(8),
                owner=uid,
                name=name,
                description=description,
                created_at=now,
                updated_at=now,
            )
            text = written(portfolio_shown(made))
            more = [last.replaced_by(made.portfolio_id), *known.writes(text, now)]
            done = await self._portfolios.create(made, more)
            return Told(self._answer(text), etag_of(made.revision)) if done else None

        return await until_done(tried)

    async def all(self, uid: str) -> Answer:
        """Return the portfolios, oldest first."""
        found = await self._portfolios.all(uid)
        return self._answer(written(portfolio_shown(each) for each in found), total=len(found))

    async def one(self, uid: str, portfolio_id: str) -> Told:
        """Return a portfolio.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
        """
        holding = await self._portfolios.one(uid, portfolio_id)
        return self._told(holding.portfolio)

    async def rename(
        self, uid: str, portfolio_id: str, *, name: str | None, description: str | None, if_match: str | None
    ) -> Told:
        """Give a portfolio another name or description; what is `None` stays.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
            ConflictError: it was changed since the caller read it.
        """

        async def tried() -> Told | None:
            holding = await self._portfolios.one(uid, portfolio_id)
            old = holding.portfolio
            check_revision(old.revision, if_match)
            holding.portfolio = replace(
                old,
                name=old.name if name is None else name,
                description=old.description if description is None else description,
            )
            done = await self._portfolios.save(holding, self._clock.now())
            return self._told(holding.portfolio) if done else None

        return await until_done(tried)

    async def remove(self, uid: str, portfolio_id: str, *, if_match: str | None) -> None:
        """Remove a portfolio with all its transactions.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
            ConflictError: it was changed since the caller read it.
        """

        async def tried() -> bool | None:
            holding = await self._portfolios.whole(uid, portfolio_id)
            check_revision(holding.portfolio.revision, if_match)
            return await self._portfolios.remove(holding) or None

        await until_done(tried)

    def _told(self, portfolio: Portfolio) -> Told:
        return Told(self._answer(written(portfolio_shown(portfolio))), etag_of(portfolio.revision))

    def _answer(self, data: str, *, total: int | None = None) -> Answer:
        meta = {} if total is None else {"total": total}
        return Answer(data=data, as_of=None, source=self._data_source, meta=meta)
