"""Orders: placed at the prices of the moment, looked at, cancelled."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Literal

from shared.core.clock import Clock
from shared.core.errors import ConflictError, PriceStaleError
from shared.core.settings import DataSource
from shared.domain.idempotency import Attempt, IdempotencyKeys, Recalled
from shared.records.answer import Answer, JsonField
from shared.records.trading import Account, Order

from .keeping import KeptAccount, TradingDocuments
from .offers import Offers
from .placing import Placed, Wish, ended, place
from .prices import KnowsMarkets
from .risk import Valuation
from .showing import fill_shown, order_shown, written
from .slippage import Market, offers_of

ATTEMPTS = 8
"""To change an account that others change at the same time; each of them that was in the way has got its own way."""
Which = Literal["all", "open"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer to a POST."""

    answer: Answer
    replayed: bool
    """Whether it is that of an earlier request with the same key."""


class TradingDesk:
    """Every method raises `NotFoundError` where the account is not the owner's, and `DocumentsUnavailableError`."""

    def __init__(
        self,
        documents: TradingDocuments,
        keys: IdempotencyKeys,
        markets: KnowsMarkets,
        clock: Clock,
        *,
        data_source: DataSource,
    ) -> None:
        self._documents = documents
        self._keys = keys
        self._markets = markets
        self._clock = clock
        self._data_source = data_source

    async def place(self, owner: str, account_id: str, wish: Wish, key: str | None) -> Accepted:
        """Place an order; a market order and an immediate one are done with when this returns.

        Raises:
            ConflictError: too little cash or coins, a limit of the account's, a key used for something else, or an account
                that others change without a pause.
            NotFoundError: there is no such token.
            PriceStaleError: no price is young enough for an order that cannot wait.
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        attempt = Attempt.of("trading", owner, key, f"{account_id}/orders", asdict(wish))
        # The account first: whoever did the same in between has changed it, so the commit below fails.
        kept = await self._documents.account(owner, account_id)
        recalled = await self._keys.recall(attempt)
        if recalled.answer is not None:
            return self._accepted(recalled.answer, replayed=True)
        market = await self._markets.now(wish.token_id, with_book=_needs_book(wish, kept.account))
        offers = _offers(market, wish, kept.account)
        for _ in range(ATTEMPTS):
            # What is read of the account's orders is of the version that is replaced, or the commit fails.
            valuation = await self._valuation(kept.account, market)
            placed = place(kept.account, wish, offers, valuation, now=market.now)
            answer = written(order_shown(placed.order))
            if await self._keep(kept, placed, recalled, answer):
                return self._accepted(answer, replayed=False)
            kept = await self._documents.account(owner, account_id)
            recalled = await self._keys.recall(attempt)
            if recalled.answer is not None:
                return self._accepted(recalled.answer, replayed=True)
        raise _busy()

    async def cancel(self, owner: str, account_id: str, order_id: str) -> Answer:
        """Cancel an order that may still be filled; what it held is free again.

        Raises:
            ConflictError: it has ended already, or others change the account without a pause.
            NotFoundError: there is no such order.
        """
        for _ in range(ATTEMPTS):
            kept = await self._documents.account(owner, account_id)
            order = await self._documents.order(owner, account_id, order_id)
            if not order.live:
                raise ConflictError("order_ended", f"Order {order_id} is {order.status}; it cannot be cancelled")
            account, order = ended(kept.account, order, "cancelled", None, now=self._clock.now())
            if await self._documents.change(kept, account, [order], []):
                return self._answer(written(order_shown(order)))
        raise _busy()

    async def order(self, owner: str, account_id: str, order_id: str) -> Answer:
        """Return one order.

        Raises:
            NotFoundError: there is no such order.
        """
        await self._documents.account(owner, account_id)
        return self._answer(written(order_shown(await self._documents.order(owner, account_id, order_id))))

    async def orders(self, owner: str, account_id: str, which: Which, *, cursor: str | None, limit: int) -> Answer:
        """Return orders, newest first.

        Raises:
            InvalidParameterError: the cursor is none of ours.
        """
        account = (await self._documents.account(owner, account_id)).account
        if which == "open":
            found = await self._documents.open_orders(account)
            return self._answer(written(map(order_shown, found)), {"total": len(found)})
        found, following = await self._documents.orders(account, cursor=cursor, limit=limit)
        return self._answer(written(map(order_shown, found)), _paged(account.orders, following, limit))

    async def fills(self, owner: str, account_id: str, *, cursor: str | None, limit: int) -> Answer:
        """Return what was filled, newest first.

        Raises:
            InvalidParameterError: the cursor is none of ours.
        """
        account = (await self._documents.account(owner, account_id)).account
        found, following = await self._documents.fills(account, cursor=cursor, limit=limit)
        return self._answer(written(map(fill_shown, found)), _paged(account.fills, following, limit))

    async def _keep(self, kept: KeptAccount, placed: Placed, recalled: Recalled, answer: str) -> bool:
        fills = [placed.fill] if placed.fill else []
        remembered = recalled.writes(answer, placed.order.created_at)
        return await self._documents.change(kept, placed.account, [placed.order], fills, *remembered)

    async def _valuation(self, account: Account, market: Market) -> Valuation:
        limits = account.limits
        prices: dict[str, Decimal] = {}
        if limits.daily_loss_limit_usd is not None or limits.max_position_share is not None:
            last = await self._markets.last([*account.positions, market.token_id])
            prices = {token_id: each.price_usd for token_id, each in last.items()}
        start, resting = account.starting_cash_usd, Decimal(0)
        if limits.max_position_share is not None:
            resting = _resting(await self._documents.open_orders(account), market.token_id)
        if limits.daily_loss_limit_usd is not None:
            start = next((equity for _, equity in await self._documents.equity(account, limit=1)), start)
        return Valuation(prices, start, resting)

    def _accepted(self, data: str, *, replayed: bool) -> Accepted:
        return Accepted(self._answer(data), replayed)

    def _answer(self, data: str, meta: dict[str, JsonField] | None = None) -> Answer:
        return Answer(data=data, as_of=None, source=self._data_source, meta=meta or {})


def _needs_book(wish: Wish, account: Account) -> bool:
    return not wish.waits_for_stop and account.slippage.kind == "market"


def _resting(orders: Iterable[Order], token_id: str) -> Decimal:
    return sum((each.reserved_usd for each in orders if each.token_id == token_id), Decimal(0))


def _offers(market: Market, wish: Wish, account: Account) -> Offers | None:
    """Return what is on offer now, `None` where the order waits for its stop or, without a fresh price, can wait."""
    if wish.waits_for_stop:
        return None
    try:
        return offers_of(market, wish.side, account.slippage, quantity=wish.quantity, amount_usd=wish.amount_usd)
    except PriceStaleError:
        if wish.takes_now:
            raise
        return None


def _busy() -> ConflictError:
    return ConflictError("account_busy", "The account is being changed by other requests; try again")


def _paged(total: int, cursor: str | None, limit: int) -> dict[str, JsonField]:
    meta: dict[str, JsonField] = {"total": total}
    if cursor is not None:
        meta |= {"cursor": cursor, "next": f"?limit={limit}&cursor={cursor}"}
    return meta
