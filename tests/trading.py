"""Paper accounts, orders, prices and minutes for tests, with everything that a test does not care about filled in."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from shared.cache.documents import DocumentStore, Write
from shared.core.errors import DocumentsUnavailableError, NotFoundError
from shared.domain.idempotency import IdempotencyKeys
from shared.domain.trading.desk import TradingDesk
from shared.domain.trading.keeping import TradingDocuments
from shared.domain.trading.matching import Bar
from shared.domain.trading.money import exactly
from shared.domain.trading.offers import Offer, Offers
from shared.domain.trading.placing import Wish
from shared.domain.trading.prices import LastPrice
from shared.domain.trading.risk import Valuation
from shared.domain.trading.slippage import Market
from shared.records.depth import BookRecord, Level
from shared.records.trading import Account, Position, Pricing
from tests.clocks import NOON, SteppingClock

MINUTE = timedelta(minutes=1)
STEP = Decimal("1e-8")
ID = "0123456789abcdef"


def account(cash: str = "100000", owner: str = "ann", **more: Any) -> Account:
    values: dict[str, Any] = {
        "account_id": ID,
        "owner": owner,
        "name": "Main",
        "starting_cash_usd": Decimal(cash),
        "cash_usd": Decimal(cash),
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Account(**values | more)


def holding(coins: str, token_id: str = "bitcoin", *, cost: str = "0", **more: Any) -> Account:
    """Return an account that holds coins."""
    return account(positions={token_id: Position(free=Decimal(coins), cost_usd=Decimal(cost))}, **more)


def wish(side: str = "buy", kind: str = "market", quantity: str | None = "1", **more: str) -> Wish:
    numbers = {name: Decimal(value) for name, value in more.items() if name not in ("token_id", "time_in_force")}
    values: dict[str, Any] = {"token_id": "bitcoin", "side": side, "type": kind, **more}
    return Wish(**values | {"quantity": None if quantity is None else Decimal(quantity)} | numbers)


def offers(*levels: tuple[str, str | None]) -> Offers:
    """Return what is on offer: (price, coins), best first."""
    pricing = Pricing(source="book", priced_at=NOON, providers=("binance",), market="BTCUSDT", model="walk")
    return Offers(
        [Offer(Decimal(price), None if coins is None else Decimal(coins)) for price, coins in levels], pricing
    )


def valuation(day_start: str = "100000", **prices: str) -> Valuation:
    return Valuation({token_id: Decimal(price) for token_id, price in prices.items()}, Decimal(day_start))


def book(
    *,
    bids: Sequence[tuple[str, str]] = (("99", "10"),),
    asks: Sequence[tuple[str, str]] = (("101", "10"),),
    **more: Any,
) -> BookRecord:
    def levels(side: Sequence[tuple[str, str]]) -> tuple[Level, ...]:
        return tuple(Level(Decimal(price), Decimal(amount)) for price, amount in side)

    values: dict[str, Any] = {
        "token_id": "bitcoin",
        "provider": "binance",
        "market": "BTCUSDT",
        "quote_currency": "usd",
        "bids": levels(bids),
        "asks": levels(asks),
        "observed_at": NOON,
        "known_at": NOON,
    }
    return BookRecord(**values | more)


def market(price: str | None = "100", *, age: timedelta = timedelta(seconds=10), **more: Any) -> Market:
    values: dict[str, Any] = {
        "token_id": "bitcoin",
        "now": NOON,
        "price_usd": None if price is None else Decimal(price),
        "priced_at": None if price is None else NOON - age,
        "providers": ("coingecko",),
        "rank": 1,
        "volume_24h_usd": Decimal(1_000_000_000),
        "tether_usd": Decimal("0.999"),
    }
    return Market(**values | more)


def bar(
    opened: str, high: str | None = None, low: str | None = None, *, minute: int = 1, volume: str | None = None
) -> Bar:
    """Return the minute that began so many minutes after noon."""
    begins = NOON + minute * MINUTE
    return Bar(
        begins_at=begins,
        ends_at=begins + MINUTE,
        open=Decimal(opened),
        high=Decimal(high or opened),
        low=Decimal(low or opened),
        volume=None if volume is None else Decimal(volume),
        providers=("binance",),
    )


def moment(price: str, at: datetime) -> Bar:
    """Return a price that was told of a moment."""
    told = Decimal(price)
    return Bar(begins_at=at, ends_at=at, open=told, high=told, low=told, volume=None, providers=("coingecko",))


def lost_cash(account: Account) -> Decimal:
    """Return what is missing of an account's cash: nothing, to the last digit."""
    with exactly():
        came = account.starting_cash_usd + account.sold_usd
        return came - account.cash_usd - account.reserved_usd - account.bought_usd - account.fees_usd


def lost_value(account: Account) -> Decimal:
    """Return what is missing between what came in and was realised, and cash and the cost of coins: nothing."""
    with exactly():
        held = (
            account.cash_usd
            + account.reserved_usd
            + sum((each.cost_usd for each in account.positions.values()), Decimal(0))
        )
        return account.starting_cash_usd + account.realised_usd - held


class StillMarkets:
    """Knows a market that does not move, and counts how often it was asked."""

    def __init__(self, clock: SteppingClock, *markets: Market) -> None:
        self._clock = clock
        self.markets = {each.token_id: each for each in markets}
        self.asked: list[bool] = []

    async def now(self, token_id: str, *, with_book: bool) -> Market:
        self.asked.append(with_book)
        if token_id not in self.markets:
            raise NotFoundError("token", token_id)
        return self.markets[token_id]

    async def last(self, token_ids: Iterable[str]) -> Mapping[str, LastPrice]:
        known = {token_id: self.markets[token_id] for token_id in token_ids if token_id in self.markets}
        return {
            token_id: LastPrice(each.price_usd, each.priced_at, each.providers, each.rank, each.volume_24h_usd)
            for token_id, each in known.items()
            if each.price_usd is not None and each.priced_at is not None
        }


def desk_over(documents: DocumentStore, clock: SteppingClock, *markets: Market) -> TradingDesk:
    """Return a desk over a store, in a market that stands still; without any, bitcoin costs 100 and is offered without end."""
    known = markets or (market("100", volume_24h_usd=Decimal(10**20)),)
    kept, keys = TradingDocuments(documents), IdempotencyKeys(documents, clock)
    return TradingDesk(kept, keys, StillMarkets(clock, *known), clock, data_source="sandbox")


class DyingStore:
    """A store whose caller never hears of one commit: it dies just before or just after it.

    Args:
        store: What is written to.
        dies: Whether before or after.
        at: Which commit it is, from 1.
    """

    def __init__(self, store: DocumentStore, dies: Literal["before", "after"], at: int) -> None:
        self._store = store
        self._dies = dies
        self._at = at
        self.commits = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def commit(self, writes: Sequence[Write]) -> bool:
        self.commits += 1
        if self.commits != self._at:
            return await self._store.commit(writes)
        if self._dies == "after":
            await self._store.commit(writes)
        raise DocumentsUnavailableError("the answer was lost")
