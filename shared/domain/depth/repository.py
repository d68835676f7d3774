"""What is stored of one token's books, read in one statement."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shared.core.errors import NoDataError
from shared.db.engine import Database

from . import statements
from .markets import by_exchange
from .statements import By

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNTS_FOR = timedelta(days=1)
"""A point older than this says nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """What is known of the token asked for."""

    matches: int
    """How many tokens have the name."""
    token_id: str | None
    token: str | None
    """`id`, `symbol` and `name` as the text of an object."""
    candidates: str | None
    """All that have the name, the best ranked first, as the text of a list."""
    price_usd: Decimal | None
    markets: Mapping[str, str]
    """The market by exchange."""
    tether_usd: Decimal | None
    """What a tether costs, if that was observed recently."""
    stored: tuple[tuple[datetime, str], ...]
    """Time and text of the newest point of each exchange, recent ones first, of those the deepest."""
    refreshed_at: datetime | None
    data_source: str


class DepthRepository:
    """Reads by a prepared statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def facts(self, by: By, name: str, *, as_of: datetime, recent: datetime) -> TokenFacts:
        """Return what was known of a token's books at a time.

        Args:
            by: Whether `name` is a token's id or a symbol.
            name: What the caller wrote.
            as_of: What we learned later does not count.
            recent: Since when a price of tether counts, and a point goes before a deeper one.

        Raises:
            NoDataError: no market data was ever loaded.
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        values = {"name": name, "as_of": as_of, "recent": recent, "oldest": as_of - COUNTS_FOR}
        rows = await self._database.fetch(("depth.facts", by), lambda: statements.token_facts(by), values)
        if not rows:
            raise NoDataError("No market data yet")
        matches, token_id, token, candidates, price, markets, tether, stored, refreshed, source = rows[0]
        return TokenFacts(
            matches=matches or 0,
            token_id=token_id,
            token=token,
            candidates=candidates,
            price_usd=_number(price),
            markets=by_exchange(json.loads(markets or "[]")),
            tether_usd=_number(tether),
            stored=_stored(stored),
            refreshed_at=None if refreshed is None else _time(refreshed),
            data_source=source,
        )


def _stored(text: str | None) -> tuple[tuple[datetime, str], ...]:
    times, bodies = json.loads(text) if text else (None, None)
    return tuple((_time(at), body) for at, body in zip(times or (), bodies or (), strict=True))


def _time(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
