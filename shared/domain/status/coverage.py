"""How much of the market the data covers."""

import logging
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Protocol

from shared.core.errors import DatabaseUnavailableError
from shared.db.statements import Rows

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

log = logging.getLogger(__name__)


class Reading(Protocol):
    """The part of `shared.db.engine.Database` that is needed."""

    async def fetch(
        self, shape: Hashable, build: "Callable[[], ClauseElement]", parameters: Mapping[str, object]
    ) -> Rows:
        """Return the rows of a statement."""
        ...


class CoverageRepository:
    """Counts what is stored."""

    def __init__(self, database: Reading) -> None:
        self._database = database

    async def tokens(self) -> int | None:
        """Return how many tokens have a quote; `None` when PostgreSQL does not answer."""
        try:
            rows = await self._database.fetch("status.tokens", _quoted_tokens, {})
        except DatabaseUnavailableError as error:
            log.warning("coverage.unknown", extra={"error": str(error)})
            return None
        return int(rows[0][0])


def _quoted_tokens() -> "ClauseElement":
    from sqlalchemy import func, select

    from shared.db.tables.market import quotes

    return select(func.count()).select_from(quotes)
