"""What a refresh asks for: the best ranked tokens, and where each is traded."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import copy_rows
from shared.db.engine import Database
from shared.domain.datasets.stamping import stamp

from .asking import Listing
from .markets import preferred

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement, Connection

LISTINGS = "refresh_depth.listings"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STAGE = """
    CREATE TEMPORARY TABLE staged_listings (provider text NOT NULL, provider_id text NOT NULL, token_id text NOT NULL)
    ON COMMIT DROP
"""
# What an exchange does not list any more, or lists as another token now, is forgotten.
_FORGET = """
    DELETE FROM provider_ids AS known
    WHERE known.provider IN (SELECT provider FROM staged_listings)
    AND NOT EXISTS (SELECT FROM staged_listings AS said
                    WHERE (said.provider, said.provider_id, said.token_id) = (known.provider, known.provider_id, known.token_id))
"""
_LEARN = """
    INSERT INTO provider_ids (provider, provider_id, token_id, matched_by, matched_at)
    SELECT said.provider, said.provider_id, said.token_id, 'symbol', :at
    FROM staged_listings AS said JOIN tokens ON tokens.token_id = said.token_id
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which books are asked for."""

    tokens: Sequence[Listing]
    """Best ranked first."""
    tether_usd: Decimal | None
    """What a tether costs, if that was observed recently."""
    listed_at: datetime | None
    """When the exchanges last told which markets they have."""


class DepthPlanner:
    """Reads what to ask for, and keeps what the exchanges list, over a writing `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan(self, tokens: int, *, recent: datetime) -> Plan:
        """Return the books of so many of the best ranked tokens; a price of tether counts if observed after `recent`.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        values = {"limit": tokens, "recent": recent}
        ((ranked, tether, listed_us),) = await self._database.fetch("depth.plan", _planned, values)
        rows = json.loads(ranked)
        return Plan(
            tokens=[_listing(row) for row in rows],
            tether_usd=None if tether is None else Decimal(tether),
            listed_at=None if listed_us is None else _EPOCH + timedelta(microseconds=listed_us),
        )

    async def keep(self, listings: Iterable[tuple[str, str, str]], *, at: datetime, data_source: DataSource) -> None:
        """Store (exchange, market, token id) in place of what was known of these exchanges.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
            SettingsError: the database holds another kind of data.
        """
        rows = list(listings)
        await self._database.transaction(lambda connection: _keep(connection, rows, at, data_source))


def _planned() -> "ClauseElement":
    from . import statements

    return statements.planned(LISTINGS)


def _listing(row: Sequence[object]) -> Listing:
    token_id, price, names = row
    markets = {each: preferred(listed) for each, listed in names.items()} if isinstance(names, Mapping) else {}
    return Listing(str(token_id), markets, None if price is None else Decimal(str(price)))


def _keep(
    connection: "Connection", rows: Sequence[tuple[str, str, str]], at: datetime, data_source: DataSource
) -> None:
    from sqlalchemy import text

    stamp(connection, LISTINGS, at=at, sources=dict.fromkeys(row[0] for row in rows), data_source=data_source)
    connection.execute(text(_STAGE))
    copy_rows(connection, "staged_listings", ("provider", "provider_id", "token_id"), rows)
    connection.execute(text(_FORGET))
    connection.execute(text(_LEARN), {"at": at})
