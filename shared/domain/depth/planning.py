"""What a refresh asks for: the best ranked tokens, and where each is traded."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from shared.db.engine import Database

from .asking import Listing
from .markets import by_exchange, preferred

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement, Connection

_LEARN = """
    INSERT INTO provider_ids (provider, provider_id, token_id, matched_by, matched_at)
    SELECT DISTINCT ON (provider, provider_id) provider, provider_id, token_id, 'price', CAST(:at AS timestamptz)
    FROM unnest(CAST(:providers AS text[]), CAST(:names AS text[]), CAST(:token_ids AS text[]))
        AS proven (provider, provider_id, token_id)
    JOIN tokens USING (token_id)
    ORDER BY provider, provider_id, token_id
    ON CONFLICT DO NOTHING
"""
Named = tuple[str, str, str]
"""Exchange, market, token id."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which books are asked for."""

    tokens: Sequence[Listing]
    """Best ranked first, with the markets that are known to be theirs."""
    priced: frozenset[str]
    """The tokens whose price is of these minutes, by which a market can be told to be theirs."""
    tether_usd: Decimal | None
    """What a tether costs, if that was observed recently."""

    def with_candidates(self, candidates: Iterable[Named]) -> "Plan":
        """Return the plan with markets that may be a priced token's, where none of the exchange is known."""
        found: dict[str, list[tuple[str, str]]] = {}
        for exchange, market, token_id in candidates:
            found.setdefault(token_id, []).append((exchange, market))
        tokens = [
            replace(token, markets={**by_exchange(found.get(token.token_id, ())), **token.markets})
            if token.token_id in self.priced
            else token
            for token in self.tokens
        ]
        return replace(self, tokens=tokens)


class DepthPlanner:
    """Reads what to ask for, and keeps what was learnt of markets, over a writing `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan(self, tokens: int, *, recent: datetime) -> Plan:
        """Return the books of so many of the best ranked tokens; prices count as of these minutes if observed after `recent`.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        ((ranked, tether),) = await self._database.fetch("depth.plan", _planned, {"limit": tokens, "recent": recent})
        rows = json.loads(ranked)
        return Plan(
            tokens=[_listing(token_id, price, names) for token_id, price, _, names in rows],
            priced=frozenset(token_id for token_id, _, fresh, _ in rows if fresh),
            tether_usd=None if tether is None else Decimal(tether),
        )

    async def learn(self, proven: Sequence[Named], *, at: datetime) -> None:
        """Keep which markets were told to be which tokens'; what is known already stays.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        if proven:
            await self._database.transaction(lambda connection: _learn(connection, proven, at))


def _planned() -> "ClauseElement":
    from . import statements

    return statements.planned()


def _listing(token_id: str, price: str | None, names: Mapping[str, Sequence[str]] | None) -> Listing:
    markets = {exchange: preferred(listed) for exchange, listed in (names or {}).items()}
    return Listing(token_id, markets, None if price is None else Decimal(price))


def _learn(connection: "Connection", proven: Sequence[Named], at: datetime) -> None:
    from sqlalchemy import text

    providers, names, token_ids = (list(column) for column in zip(*proven, strict=True))
    values = {"providers": providers, "names": names, "token_ids": token_ids, "at": at}
    connection.execute(text(_LEARN), values)
