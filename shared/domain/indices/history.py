"""Which history a strategy may be reckoned from: since when, which tokens, and which of them only follow another price."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from shared.db.engine import Database
from shared.db.statements import array_of
from shared.domain.datapoints.kinds import follows_another, kind_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

# On Sundays and Mondays, whose closes members are chosen by; all days of ten years would be twenty million rows.
_UNIVERSE = """
    SELECT DISTINCT token_id FROM (
        SELECT token_id, rank() OVER (PARTITION BY bucket ORDER BY market_cap_usd DESC, token_id) AS place
        FROM price_points
        WHERE resolution_s = 86400 AND market_cap_usd > 0 AND bucket >= :since AND extract(isodow FROM bucket AT TIME ZONE 'UTC') IN (7, 1)
    ) AS ranked WHERE place <= :most ORDER BY token_id
"""
_FIRST = """
    SELECT least(
        (SELECT min(bucket) FROM price_points WHERE resolution_s = 86400),
        (SELECT min(opened_at) FROM candles JOIN candle_series USING (series_id) WHERE interval_s = 86400 AND token_id = :leader)
    )
"""

_NAMES = """
    SELECT wanted.token_id, tokens.symbol, tokens.name, details.categories
    FROM unnest(CAST(:token_ids AS text[])) AS wanted (token_id)
    JOIN tokens USING (token_id)
    LEFT JOIN token_details AS details ON details.token_id = wanted.token_id AND details.held_until IS NULL
"""


class HistoryScope:
    """Tells what there is; every method raises `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def universe(self, *, since: datetime, most: int) -> tuple[str, ...]:
        """Return the tokens that were among the `most` largest at some weekend since then."""
        return await self._database.transaction(lambda connection: _universe(connection, since, most))

    async def first_day(self, leader: str) -> date | None:
        """Return the first day that anything is known of; `None` when nothing is."""
        return await self._database.transaction(lambda connection: _first(connection, leader))

    async def excluded(self, token_ids: Sequence[str]) -> frozenset[str]:
        """Return those that only follow another price: stablecoins, wrapped, staked and leveraged tokens, by today's categories."""
        return await self._database.transaction(lambda connection: _excluded(connection, token_ids))


def _universe(connection: "Connection", since: datetime, most: int) -> tuple[str, ...]:
    from sqlalchemy import text

    return tuple(connection.execute(text(_UNIVERSE), {"since": since, "most": most}).scalars())


def _first(connection: "Connection", leader: str) -> date | None:
    from sqlalchemy import text

    found: Any = connection.execute(text(_FIRST), {"leader": leader}).scalar()
    return None if found is None else found.astimezone(UTC).date()


def _excluded(connection: "Connection", token_ids: Sequence[str]) -> frozenset[str]:
    from sqlalchemy import text

    rows = connection.execute(text(_NAMES), {"token_ids": array_of(list(token_ids))})
    return frozenset(
        token_id
        for token_id, symbol, name, categories in rows
        if follows_another(kind_of(symbol, name, categories or ()))
    )
