"""What is known of tokens' markets: last prices, what was measured on order books, and a book asked for on the spot."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from shared.core.clock import Clock
from shared.core.errors import NotFoundError
from shared.domain.depth.asking import BookSource, Listing
from shared.domain.depth.repository import DepthRepository
from shared.domain.market.repository import MarketRepository
from shared.domain.market.service import STALE_AFTER

from .slippage import Market, Summary

ASK_WITHIN = timedelta(seconds=1.3)
"""Of the two seconds that a caller waits at most."""
_TWO = Decimal(2)


@dataclass(frozen=True, slots=True)
class LastPrice:
    """A token's last price."""

    price_usd: Decimal
    priced_at: datetime
    providers: tuple[str, ...]
    rank: int | None
    volume_24h_usd: Decimal | None


class KnowsMarkets(Protocol):
    """Whoever knows prices; `Markets` in production."""

    async def now(self, token_id: str, *, with_book: bool) -> Market:
        """Return what is known of a token's market."""
        ...

    async def last(self, token_ids: Iterable[str]) -> Mapping[str, LastPrice]:
        """Return the last price of each token that has one."""
        ...


class Markets:
    """Reads prices for trading. Every method raises `NoDataError` when no market data was ever loaded, and
    `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, market: MarketRepository, depth: DepthRepository, books: BookSource, clock: Clock) -> None:
        self._market = market
        self._depth = depth
        self._books = books
        self._clock = clock

    async def now(self, token_id: str, *, with_book: bool) -> Market:
        """Return what is known of a token's market.

        Args:
            token_id: Whose.
            with_book: Whether an exchange is asked for its order book.

        Raises:
            NotFoundError: there is no such token.
        """
        now = self._clock.now()
        facts = await self._depth.facts("id", token_id, as_of=now, recent=now - STALE_AFTER)
        if not facts.matches:
            raise NotFoundError("token", token_id)
        last = (await self.last([token_id])).get(token_id)
        book = None
        if with_book and facts.markets:
            book = await self._books.ask(Listing(token_id, facts.markets, facts.price_usd), within=ASK_WITHIN)
        return Market(
            token_id=token_id,
            now=self._clock.now(),
            price_usd=last.price_usd if last else None,
            priced_at=last.priced_at if last else None,
            providers=last.providers if last else (),
            rank=last.rank if last else None,
            volume_24h_usd=last.volume_24h_usd if last else None,
            book=book,
            tether_usd=facts.tether_usd,
            summaries=[each for each in (_summary(at, text) for at, text in facts.stored) if each is not None],
        )

    async def last(self, token_ids: Iterable[str]) -> Mapping[str, LastPrice]:
        """Return the last price of each token that has one, however old."""
        wanted = sorted(set(token_ids))
        if not wanted:
            return {}
        stale_before = self._clock.now() - STALE_AFTER
        listed = await self._market.named("ids", wanted, "usd", stale_before=stale_before)
        entries: list[dict[str, Any]] = json.loads(listed.data or "[]", parse_float=Decimal, parse_int=Decimal)
        quotes = (each["quote"] for each in entries if each["quote"] is not None)
        return {quote["id"]: _last(quote) for quote in quotes if quote["price"] is not None}


def _last(quote: Mapping[str, Any]) -> LastPrice:
    return LastPrice(
        price_usd=quote["price"],
        priced_at=datetime.fromisoformat(quote["as_of"]),
        providers=tuple(quote["sources"]),
        rank=None if quote["rank"] is None else int(quote["rank"]),
        volume_24h_usd=quote["volume_24h"],
    )


def _summary(observed_at: datetime, text: str) -> Summary | None:
    """Return what a stored text tells, `None` where it does not say enough."""
    told: dict[str, Any] = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    if any(told[name] is None for name in ("mid", "usd_rate", "spread_bps")):
        return None
    return Summary(
        provider=str(told["exchange"]),
        market=str(told["market"]),
        observed_at=observed_at,
        mid_usd=told["mid"] * told["usd_rate"],
        half_spread_bps=told["spread_bps"] / _TWO,
        slippage_10k_bps={"buy": told["buy_slippage_10k_bps"], "sell": told["sell_slippage_10k_bps"]},
        slippage_100k_bps={"buy": told["buy_slippage_100k_bps"], "sell": told["sell_slippage_100k_bps"]},
    )
