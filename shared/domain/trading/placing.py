"""A new order meets what is on offer: it is filled, rests, or is refused. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from shared.records.trading import (
    LIVE,
    Account,
    Fill,
    Liquidity,
    Order,
    OrderStatus,
    OrderType,
    Pricing,
    Side,
    TimeInForce,
)

from .ledger import held, traded
from .money import quotient, rate_of
from .offers import Offers, Taken, taken_by
from .risk import Valuation, check_buy, check_open_orders, check_size

RESTS_FOR = timedelta(days=90)
"""Until cancelled, but no longer than this, as exchanges do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a caller wants to trade."""

    token_id: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce = "gtc"
    quantity: Decimal | None = None
    amount_usd: Decimal | None = None
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None

    @property
    def takes_now(self) -> bool:
        """Return whether it cannot wait for a price."""
        return self.type == "market" or self.time_in_force == "ioc"

    @property
    def waits_for_stop(self) -> bool:
        """Return whether nothing is traded before its stop is reached."""
        return self.type in ("stop", "stop_limit")


@dataclass(frozen=True, slots=True)
class Placed:
    """The account afterwards, the order, and what was filled of it at once."""

    account: Account
    order: Order
    fill: Fill | None


def place(account: Account, wish: Wish, offers: Offers | None, valuation: Valuation, *, now: datetime) -> Placed:
    """Return what becomes of an order.

    Args:
        account: Whose it is.
        wish: What is wanted.
        offers: What is on offer now; `None` where nothing is known and the order can wait, or waits for its stop.
        valuation: For the account's limits.
        now: The moment.

    Raises:
        ConflictError: too little cash or coins, or a limit.
    """
    order = _new(account, wish, now, untested=offers is None and wish.type == "limit")
    took = taken_by(order, offers, rate_of(account.fees.taker_bps)) if offers else _NOTHING
    worth = _worth(wish, took)
    check_size(account, worth)
    if wish.side == "buy":
        check_buy(account, wish.token_id, worth, valuation)
    account = replace(account, orders=order.number, updated_at=now)
    fill = None
    if offers and took.quantity:
        account, order, fill = filled(account, order, took, offers.pricing, "taker", now=now)
    status = _status(wish, order, took)
    if status in LIVE:
        check_open_orders(account)
        account = replace(account, open_orders=account.open_orders + 1)
    reason = _reason(wish, status)
    account, order = held(account, replace(order, status=status, reason=reason))
    return Placed(account, order, fill)


def filled(
    account: Account, order: Order, took: Taken, pricing: Pricing, liquidity: Liquidity, *, now: datetime
) -> tuple[Account, Order, Fill]:
    """Return both after a fill, and the fill.

    Raises:
        ConflictError: the account has not so much cash or coins.
    """
    done = traded(account, order, took.quantity, took.cost, liquidity)
    if pricing.source == "book":
        pricing = replace(pricing, parameters={**pricing.parameters, "levels_taken": str(took.levels)})
    fill = Fill(
        fill_id=fill_id(order, now),
        account_id=order.account_id,
        order_id=order.order_id,
        owner=order.owner,
        token_id=order.token_id,
        side=order.side,
        liquidity=liquidity,
        quantity=took.quantity,
        price_usd=quotient(took.cost, took.quantity),
        notional_usd=done.notional_usd,
        fee_usd=done.fee_usd,
        filled_at=now,
        pricing=pricing,
    )
    return replace(done.account, fills=done.account.fills + 1), replace(done.order, updated_at=now), fill


def ended(
    account: Account, order: Order, status: OrderStatus, reason: str | None, *, now: datetime
) -> tuple[Account, Order]:
    """Return both after the end of an order that rested: what it held is free again."""
    account, order = held(account, replace(order, status=status, reason=reason, updated_at=now))
    return replace(account, open_orders=account.open_orders - 1, updated_at=now), order


def fill_id(order: Order, at: datetime) -> str:
    """Return the name of what is filled of an order at a moment, in milliseconds since 1970."""
    return f"{order.order_id}-{round(at.timestamp() * 1000)}"


_NOTHING = Taken(Decimal(0), Decimal(0), 0)


def _new(account: Account, wish: Wish, now: datetime, *, untested: bool) -> Order:
    number = account.orders + 1
    return Order(
        order_id=f"o{number}",
        account_id=account.account_id,
        owner=account.owner,
        number=number,
        token_id=wish.token_id,
        side=wish.side,
        type=wish.type,
        time_in_force="ioc" if wish.type == "market" else wish.time_in_force,
        status="open",
        created_at=now,
        updated_at=now,
        rests_until=now + RESTS_FOR,
        matched_until=now,
        quantity=wish.quantity,
        amount_usd=wish.amount_usd,
        limit_price=wish.limit_price,
        stop_price=wish.stop_price,
        untested=untested,
    )


def _worth(wish: Wish, took: Taken) -> Decimal:
    """Return what the order is worth: the amount, or its coins at the limit or stop, or at what they are taken for."""
    price = wish.limit_price or wish.stop_price
    if wish.amount_usd is not None:
        return wish.amount_usd
    return took.cost if price is None or wish.quantity is None else wish.quantity * price


def _status(wish: Wish, order: Order, took: Taken) -> OrderStatus:
    done = not took.short if order.quantity is None else not order.remaining
    if done and order.filled:
        return "filled"
    if wish.takes_now:
        return "expired" if order.filled or wish.type != "market" else "rejected"
    return "partially_filled" if order.filled else "open"


def _reason(wish: Wish, status: OrderStatus) -> str | None:
    if status not in ("expired", "rejected"):
        return None
    return "no_liquidity" if wish.type == "market" else "not_within_limit"
