"""Making a generation of what the screener filters: quotes, scores and data points side by side, whatever of it there is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import Field, copy_rows
from shared.db.engine import Database
from shared.db.statements import array_of
from shared.domain.chains.catalogue import CHAINS
from shared.domain.datasets.stamping import stamp
from shared.domain.scores.inputs import SortedToken

from .building_statements import DETAILS, EMPTY, FORGET, GENERATION, MADE_ALREADY, ROWS, SOURCES, STAGE
from .statements import DATASET

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4203014)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What a generation is made of besides what is stored."""

    tokens: Sequence[SortedToken]
    """Best ranked first."""
    made_at: datetime
    data_source: DataSource


class ScreenerWriter:
    """The screener's tables, for the refresher, over a writing `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def build(self, generation: Generation) -> int:
        """Make a generation and return how many tokens are in it; a second delivery makes none.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
            SettingsError: the database holds another kind of data: sandbox, replay and live never mix.
        """
        return await self._database.transaction(lambda connection: _build(connection, generation))


def _build(connection: "Connection", generation: Generation) -> int:
    from sqlalchemy import text

    made_at = {"made_at": generation.made_at}
    connection.execute(text(_ONE_AT_A_TIME))
    sources = list(connection.execute(text(SOURCES)).scalars())
    stamp(connection, DATASET, at=generation.made_at, sources=sources, data_source=generation.data_source)
    if connection.execute(text(MADE_ALREADY), made_at).scalar():
        return 0
    connection.execute(text(FORGET))
    slot = {"slot": connection.execute(text(GENERATION), made_at).scalar_one()}
    for empty in EMPTY:
        connection.execute(text(empty), slot)
    connection.execute(text(STAGE))
    copy_rows(connection, "staged_screener", ("token_id", "position", "kind", "own_chains"), _staged(generation.tokens))
    rows = connection.execute(text(ROWS), made_at | slot).rowcount
    connection.execute(text(DETAILS), slot)
    return max(rows, 0)


def _staged(tokens: Sequence[SortedToken]) -> Iterator[tuple[Field, ...]]:
    own = _own_chains()
    for position, token in enumerate(tokens, 1):
        yield token.token_id, position, token.kind, array_of(own.get(token.token_id, []))


def _own_chains() -> Mapping[str, list[str]]:
    """Return the chains by their own token."""
    found: dict[str, list[str]] = {}
    for chain in CHAINS.values():
        if chain.token_id is not None:
            found.setdefault(chain.token_id, []).append(chain.id)
    return found
