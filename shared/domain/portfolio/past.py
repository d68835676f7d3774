"""The history of a portfolio, read: its transactions from documents, the prices of its days from PostgreSQL."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from shared.core.clock import Clock
from shared.core.errors import InvalidParameterError
from shared.records.portfolio import Transaction

from .history import CARRIED_FOR, History, history_of, midnight, moments_of
from .keeping import Portfolios
from .ledger import Ledger, replayed
from .prices import KnownToken, KnowsPrices

LONGEST = timedelta(days=1_096)
"""Three years: a price of each token for each day of it."""
DEFAULT_SPAN = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a portfolio's past, and of its present."""

    transactions: list[Transaction]
    history: History | None
    """`None` when there is no transaction before the end."""
    ledger: Ledger
    """At present."""
    tokens: dict[str, KnownToken]
    source: str
    now: datetime


class PastReader:
    """Raises `NotFoundError` for a portfolio that is not the caller's, `NoDataError` when no market data was ever stored, and what the
    stores raise when they do not answer."""

    def __init__(self, portfolios: Portfolios, prices: KnowsPrices, clock: Clock) -> None:
        self._portfolios = portfolios
        self._prices = prices
        self._clock = clock

    async def read(self, uid: str, portfolio_id: str, start: datetime | None, end: datetime | None) -> Past:
        """Return the history between two moments; by default of the last 365 days, or since the first transaction.

        Raises:
            InvalidParameterError: the range is empty or longer than three years.
        """
        holding = await self._portfolios.whole(uid, portfolio_id)
        source = await self._prices.data_source()
        transactions = list(holding.rows.values())
        ledger = await asyncio.to_thread(replayed, transactions)
        tokens = dict(await self._prices.current(ledger.books))
        now = self._clock.now()
        until = now if end is None or end >= now else midnight(end)
        since = _beginning(transactions, start, until)
        history = None if since is None else await self._history(transactions, since, until, ledger, tokens)
        return Past(transactions, history, ledger, tokens, source, now)

    async def _history(
        self,
        transactions: list[Transaction],
        since: datetime,
        until: datetime,
        ledger: Ledger,
        tokens: dict[str, KnownToken],
    ) -> History:
        moments = moments_of(since, until)
        first = (moments[0] - CARRIED_FOR).date()
        days = await self._prices.daily(ledger.books, first, until.date())
        last: dict[str, Decimal] = {
            token_id: token.price_usd for token_id, token in tokens.items() if token.price_usd is not None
        }
        return await asyncio.to_thread(history_of, transactions, moments, days, last)


def _beginning(transactions: list[Transaction], start: datetime | None, until: datetime) -> datetime | None:
    """Return where a history begins; `None` when nothing had happened by its end."""
    if start is not None and start >= until:
        raise InvalidParameterError("from", "has to be before 'to', which is now by default", start.isoformat())
    if start is not None and until - start > LONGEST:
        raise InvalidParameterError("from", f"at most {LONGEST.days} days before 'to'", start.isoformat())
    first = min((each.at for each in transactions), default=None)
    if first is None or first >= until:
        return None
    return max(midnight(first), start or until - DEFAULT_SPAN)
