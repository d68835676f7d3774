"""Answers that help to find tokens: what is trending, and categories with their tokens."""

from datetime import datetime

from shared.core.clock import Clock
from shared.core.errors import NotFoundError
from shared.domain.market.service import STALE_AFTER, storable
from shared.records.answer import Answer, JsonScalar
from shared.records.refresh import is_late
from shared.records.tokens import OWN

from .repository import Read, TokenRepository, time_of
from .writing import DATASET


class DiscoveryService:
    """Answers from trending lists and categories. Every method raises what `TokenRepository` raises."""

    def __init__(self, repository: TokenRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def trending(self) -> Answer:
        """Return the tokens that are looked for most, or those traded most unusually, and `meta.method` says which."""
        read = await self._repository.trending(stale_before=self._clock.now() - STALE_AFTER)
        data, total = read.columns[:2]
        method = "unusual_trading" if OWN in read.stamp.sources else "searches"
        return self._answer(read, data, read.stamp.refreshed_at, {"total": total, "method": method})

    async def categories(self, *, limit: int, offset: int) -> Answer:
        """Return a page of categories by market cap, largest first."""
        read = await self._repository.categories(limit=limit, offset=offset)
        data, total, oldest = read.columns
        return self._answer(read, data, _older(read, oldest), _paged(total, limit, offset))

    async def category(self, category_id: str, *, limit: int, offset: int) -> Answer:
        """Return one category with a page of its tokens, largest first.

        Raises:
            NotFoundError: there is no such category.
        """
        before = self._clock.now() - STALE_AFTER
        read = await self._repository.category(storable(category_id), limit=limit, offset=offset, stale_before=before)
        data, total, oldest = read.columns
        if data is None:
            raise NotFoundError("category", category_id)
        return self._answer(read, data, _older(read, oldest), _paged(total, limit, offset))

    def _answer(self, read: Read, data: str, as_of: datetime, meta: dict[str, JsonScalar]) -> Answer:
        return Answer(
            data=data,
            as_of=as_of,
            source=read.stamp.data_source,
            sources=read.stamp.sources,
            stale=is_late(DATASET, read.stamp.refreshed_at, now=self._clock.now()),
            meta=meta,
        )


def _older(read: Read, microseconds: int | None) -> datetime:
    """Return the oldest fact's time: what is stored at a refresh may have been so before it."""
    refreshed_at = read.stamp.refreshed_at
    return refreshed_at if microseconds is None else min(refreshed_at, time_of(microseconds))


def _paged(total: int, limit: int, offset: int) -> dict[str, JsonScalar]:
    meta: dict[str, JsonScalar] = {"total": total}
    if offset + limit < total:
        meta["next"] = f"?limit={limit}&offset={offset + limit}"
    return meta
