"""Answers about prices: pages of the ranking, named tokens, single tokens, the whole market, movers."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shared.core.clock import Clock
from shared.core.errors import NotFoundError
from shared.records.answer import Answer, JsonScalar
from shared.records.refresh import REFRESHES

from .currency import Currency
from .quote_statements import Direction, NamedBy, Window
from .repository import Listed, MarketRepository

STALE_AFTER = 3 * REFRESHES["refresh_market"]
TOP = 100
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class PriceService:
    """Answers with quotes. Every method raises what `MarketRepository` raises."""

    def __init__(self, repository: MarketRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def live(self, *, limit: int, offset: int, snapshot: str | None, currency: Currency) -> Answer:
        """Return quotes by market capitalisation, best first; with `snapshot` in the order of that ranking.

        Raises:
            NotFoundError: there is no such ranking any more.
        """
        if snapshot is None:
            listed = await self._repository.page(
                currency, limit=limit, offset=offset, stale_before=self._stale_before()
            )
        else:
            listed = await self._page_of(snapshot, limit=limit, offset=offset, currency=currency)
        name = _snapshot_name(listed.ranked_at)
        meta: dict[str, JsonScalar] = {"total": listed.total, "snapshot": name, "vs_currency": currency}
        if listed.total is not None and offset + limit < listed.total:
            query = f"limit={limit}&offset={offset + limit}&snapshot={name}"
            meta["next"] = f"?{query}" if currency == "usd" else f"?{query}&vs_currency={currency}"
        return self._answer(listed, meta)

    async def overview(self) -> Answer:
        """Return the totals of the market."""
        return self._answer(await self._repository.overview(now=self._clock.now()), {})

    async def named(self, by: NamedBy, asked: Sequence[str], *, currency: Currency) -> Answer:
        """Return an entry for each of `asked`, in their order: its quote, the candidates, or that it is unknown."""
        names = [storable(text) for text in asked]
        listed = await self._repository.named(by, names, currency, stale_before=self._stale_before())
        return self._answer(listed, {"total": listed.total, "vs_currency": currency})

    async def token(self, token_id: str, *, currency: Currency) -> Answer:
        """Return one quote with the price of each of its sources.

        Raises:
            NotFoundError: there is no such token.
        """
        now = self._clock.now()
        listed = await self._repository.single(storable(token_id), currency, now=now, stale_before=now - STALE_AFTER)
        if listed.data is None:
            raise NotFoundError("token", token_id)
        return self._answer(listed, {"vs_currency": currency})

    async def movers(self, window: Window, direction: Direction, *, volume: Decimal, limit: int) -> Answer:
        """Return the ranked tokens that moved most within the window, most first."""
        listed = await self._repository.movers(
            window, direction, volume=volume, limit=limit, stale_before=self._stale_before()
        )
        return self._answer(listed, {"total": listed.total, "window": window, "direction": direction})

    async def top(self) -> Answer:
        """Return the leading tokens."""
        listed = await self._repository.page("usd", limit=TOP, offset=0, stale_before=self._stale_before())
        return self._answer(listed, {"total": listed.total, "snapshot": _snapshot_name(listed.ranked_at)})

    async def _page_of(self, snapshot: str, *, limit: int, offset: int, currency: Currency) -> Listed:
        ranked_at = _snapshot_time(snapshot)
        listed = await self._repository.page_of(
            ranked_at, currency, limit=limit, offset=offset, stale_before=self._stale_before()
        )
        if listed.ranked_at is None:
            raise NotFoundError("snapshot", snapshot)
        return listed

    def _stale_before(self) -> datetime:
        return self._clock.now() - STALE_AFTER

    def _answer(self, listed: Listed, meta: dict[str, JsonScalar]) -> Answer:
        as_of = listed.as_of
        return Answer(
            data=listed.data or "null",
            as_of=as_of,
            source=listed.data_source,
            sources=listed.sources,
            stale=as_of is not None and self._clock.now() - as_of > STALE_AFTER,
            meta=meta,
        )


def _snapshot_name(ranked_at: datetime | None) -> str | None:
    return None if ranked_at is None else f"{(ranked_at - _EPOCH) // timedelta(microseconds=1):x}"


def _snapshot_time(name: str) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=int(name, 16))
    except (ValueError, OverflowError):
        raise NotFoundError("snapshot", name) from None


def storable(text: str) -> str:
    """Return the text without NUL, which PostgreSQL cannot even compare with."""
    return text.replace("\x00", "\ufffd")
