"""Books on demand: asked for while the caller waits, else what was last measured, without a book and said to be stale."""

import json
from datetime import datetime, timedelta
from decimal import Decimal

from shared.core.clock import Clock
from shared.core.errors import NoDataError, NotFoundError
from shared.core.settings import DataSource
from shared.domain.market.service import STALE_AFTER as PRICES_STALE_AFTER
from shared.domain.market.service import storable
from shared.domain.naming import shared_symbol
from shared.records.answer import Answer
from shared.records.depth import BookRecord
from shared.records.refresh import is_late

from . import showing
from .asking import BookSource, Listing
from .measuring import measure
from .repository import DepthRepository, TokenFacts
from .statements import By

REFRESH = "refresh_depth"
ASK_WITHIN = timedelta(seconds=1.3)
"""Of the two seconds that a caller waits at most; the rest is for PostgreSQL and for what is kept of the exchanges."""


class DepthService:
    """Answers with books."""

    def __init__(
        self, repository: DepthRepository, books: BookSource, clock: Clock, *, data_source: DataSource
    ) -> None:
        self._repository = repository
        self._books = books
        self._clock = clock
        self._data_source = data_source

    async def of(self, by: By, name: str, *, levels: int, as_of: datetime | None = None) -> Answer:
        """Return a token's book with so many levels a side, or nothing and the candidates where the symbol is shared.

        With `as_of`, what was measured and known then; no exchange is asked.

        Raises:
            NotFoundError: there is no such token, or no exchange that we ask trades it.
            NoDataError: no exchange answers, and nothing was ever measured; or no market data was ever loaded.
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        now = self._clock.now() if as_of is None else as_of
        facts = await self._repository.facts(by, storable(name), as_of=now, recent=now - PRICES_STALE_AFTER)
        if not facts.matches:
            raise NotFoundError("token", name)
        if facts.matches > 1:
            return Answer(
                data="null",
                as_of=None,
                source=facts.data_source,
                meta=shared_symbol(name, json.loads(facts.candidates or "[]")),
            )
        book = (
            None
            if as_of is not None or not facts.markets
            else await self._books.ask(_listing(facts), within=ASK_WITHIN)
        )
        if book is None:
            return self._stored(facts, at=now, historic=as_of is not None)
        measures = measure(book, _rate(book, facts))
        data = showing.shown(book, measures, facts, levels=levels)
        return self._answer(data, facts, at=book.observed_at, exchange=book.provider, source=self._data_source)

    def _stored(self, facts: TokenFacts, *, at: datetime, historic: bool) -> Answer:
        if not facts.stored:
            if facts.markets and not historic:
                raise NoDataError(f"No order book of {facts.token_id} yet")
            raise NotFoundError("depth", str(facts.token_id))
        observed_at, body = facts.stored[0]
        stale = not historic or is_late(REFRESH, observed_at, now=at)
        exchange = showing.exchange_in(body)
        return self._answer(showing.measured(body, facts), facts, at=observed_at, exchange=exchange, stale=stale)

    def _answer(
        self,
        data: str,
        facts: TokenFacts,
        *,
        at: datetime | None = None,
        exchange: str | None = None,
        stale: bool = False,
        source: str | None = None,
    ) -> Answer:
        sources = () if exchange is None else (exchange,)
        return Answer(
            data=data,
            as_of=at,
            source=source or facts.data_source,
            sources=sources,
            stale=stale,
            meta={"ambiguous": False},
        )


def _listing(facts: TokenFacts) -> Listing:
    return Listing(str(facts.token_id), facts.markets, facts.price_usd)


def _rate(book: BookRecord, facts: TokenFacts) -> Decimal | None:
    return Decimal(1) if book.quote_currency == "usd" else facts.tether_usd
