"""The catalogue, read in one prepared statement each."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.core.errors import NoDataError
from shared.db.engine import Database
from shared.domain.datasets.stamps import Stamp

from . import discovery_statements, resolve_statements, statements

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Read:
    """What a statement returned: its own columns, then the stamp."""

    columns: tuple[Any, ...]
    stamp: Stamp


class TokenRepository:
    """Reads by prepared statements. Every method raises `NoDataError` when no refresh ever stored what is asked for, and
    `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, *, category: str | None, chain: str | None, limit: int, offset: int) -> Read:
        """Return the tokens of a page, how many there are, and whether category and chain are known."""
        values: dict[str, object] = {"limit": limit, "offset": offset}
        values |= {"category": category} if category is not None else {}
        values |= {"chain": chain} if chain is not None else {}
        by_category, by_chain = category is not None, chain is not None
        shape = ("tokens.page", by_category, by_chain)
        return await self._read(shape, lambda: statements.page(category=by_category, chain=by_chain), values)

    async def single(self, token_id: str, *, as_of: datetime | None) -> Read:
        """Return one token, `None` when it is not in the catalogue."""
        then = as_of is not None
        values = {"token_id": token_id} | ({"as_of": as_of} if then else {})
        return await self._read(("tokens.single", then), lambda: statements.single(then=then), values)

    async def by_contract(self, chain: str, address: str, *, as_of: datetime | None) -> Read:
        """Return the token with a contract, the ids of all that have it, and whether the chain is known."""
        then = as_of is not None
        values = {"chain": chain, "address": address} | ({"as_of": as_of} if then else {})
        return await self._read(("tokens.contract", then), lambda: statements.by_contract(then=then), values)

    async def resolve(self, folded: str, address: str, *, limit: int) -> Read:
        """Return the best candidates, how many there are, and how many of them match exactly."""
        values = {
            "folded": folded,
            "beyond": folded + resolve_statements.HIGHEST,
            "address": address,
            "limit": limit,
        }
        return await self._read("tokens.resolve", resolve_statements.resolve, values)

    async def categories(self, *, limit: int, offset: int) -> Read:
        """Return a page of categories, how many there are, and the oldest of their times in µs."""
        values = {"limit": limit, "offset": offset}
        return await self._read("tokens.categories", discovery_statements.list_categories, values)

    async def category(self, category_id: str, *, limit: int, offset: int, stale_before: datetime) -> Read:
        """Return one category with a page of its tokens, how many have a quote, and the oldest quote's time in µs."""
        values = {"category_id": category_id, "limit": limit, "offset": offset, "stale_before": stale_before}
        return await self._read("tokens.category", discovery_statements.one_category, values)

    async def trending(self, *, stale_before: datetime) -> Read:
        """Return the newest trending list and how many places it has."""
        values = {"stale_before": stale_before}
        return await self._read("tokens.trending", discovery_statements.latest_trending, values)

    async def _read(self, shape: Hashable, build: "Callable[[], ClauseElement]", values: Mapping[str, object]) -> Read:
        rows = await self._database.fetch(shape, build, values)
        if not rows:
            raise NoDataError("No tokens yet")
        *columns, refreshed_us, sources, data_source = rows[0]
        stamp = Stamp(time_of(refreshed_us), tuple(sources.split(",")) if sources else (), data_source)
        return Read(tuple(columns), stamp)


def time_of(microseconds: int) -> datetime:
    """Return a time from whole microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)
