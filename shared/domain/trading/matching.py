"""A resting order meets what has happened since it was last looked at, minute by minute. Pure, so twice is the same as once.

What is assumed: an order is filled when its price was touched, at no more than a tenth of what was traded in that minute; at
its limit, or, the first time a limit meets a price at all, at the minute's opening price where that is better. A stop is filled
at its stop or, where the minute opened beyond it, at the opening price, worsened by rank and volume. A stop-limit that is
triggered meets the minutes after that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from shared.core.errors import ConflictError
from shared.records.trading import Account, Fill, Liquidity, Order, Pricing

from .money import down, exactly, priced, rate_of, text_of
from .offers import Offer, Taken, taken
from .placing import ended, filled
from .slippage import impact_bps, worse

MOST_OF_MINUTE = Decimal("0.1")
"""Of a minute's volume in one fill; where the volume is not known, it is no bound."""
MOST_FILLS = 50
"""Of one order in one pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What was paid for a token in a minute, or at a moment, in US dollars."""

    begins_at: datetime
    ends_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    volume: Decimal | None
    """In coins."""
    providers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What is known of a token besides its prices."""

    rank: int | None = None
    volume_24h_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """An account and an order after a pass, and what was filled."""

    account: Account
    order: Order
    fills: Sequence[Fill] = field(default_factory=tuple)


def concerned(order: Order, bars: Iterable[Bar]) -> bool:
    """Return whether a pass changes the order: its stop or its limit was touched, or it met its first price."""
    crossed = _reached if _waits(order) else _touched
    return any(order.untested or crossed(order, bar) for bar in bars if _is_ahead(bar, order))


def matched(account: Account, order: Order, bars: Iterable[Bar], conditions: Conditions) -> Matched:
    """Return what becomes of a live order.

    Args:
        account: Whose order it is.
        order: Its bars begin where it was last changed by a pass.
        bars: Closed ones, oldest first.
        conditions: For what a stop is filled at.
    """
    fills: list[Fill] = []
    for bar in bars:
        if not order.live or len(fills) == MOST_FILLS:
            break
        if _is_ahead(bar, order):
            account, order, fill = _met(account, order, bar, conditions)
            fills += [fill] if fill else []
    return Matched(account, order, fills)


def _met(account: Account, order: Order, bar: Bar, conditions: Conditions) -> tuple[Account, Order, Fill | None]:
    if _waits(order):
        return _triggered(account, order, bar, conditions) if _reached(order, bar) else (account, order, None)
    tested = replace(order, untested=False) if order.untested else order
    if not _touched(order, bar):
        return account, tested, None
    return _at_limit(account, tested, bar, conditions, first=order.untested)


def _triggered(account: Account, order: Order, bar: Bar, conditions: Conditions) -> tuple[Account, Order, Fill | None]:
    order = replace(order, triggered_at=bar.ends_at, matched_until=bar.ends_at, updated_at=bar.ends_at)
    if order.type == "stop_limit":
        return account, replace(order, status="triggered", untested=True), None
    price, parameters = _stopped_at(order, bar, conditions)
    # Beyond what was held for it, it spends what is free; the rest is given up.
    cash = order.reserved_usd + account.cash_usd if order.side == "buy" else None
    took = taken([Offer(price, None)], quantity=order.remaining, cash=cash, rate=rate_of(account.fees.taker_bps))
    if not took.quantity:
        return *ended(account, order, "rejected", "insufficient_cash", now=bar.ends_at), None
    pricing = _pricing(bar, "stop_in_minute", {"stop_price": text_of(order.stop_price or price), **parameters})
    # What is not filled now is given up, so nothing more is held for it.
    done = _filled(account, replace(order, status="expired"), took, pricing, "taker", now=bar.ends_at)
    if done[2] is None:
        return done
    account, order, fill = done
    if order.remaining:
        return *ended(account, order, "expired", "insufficient_cash", now=bar.ends_at), fill
    return *ended(account, order, "filled", None, now=bar.ends_at), fill


def _at_limit(
    account: Account, order: Order, bar: Bar, conditions: Conditions, *, first: bool
) -> tuple[Account, Order, Fill | None]:
    limit = order.limit_price or Decimal(0)
    quantity = order.remaining
    if bar.volume is not None:
        with exactly():
            quantity = min(quantity, down(bar.volume * MOST_OF_MINUTE))
    if quantity <= 0:
        return account, order, None
    price, taking, parameters = limit, False, {"limit_price": text_of(limit)}
    if first:
        bps, impact = impact_bps(_worth(quantity, bar.open), rank=conditions.rank, volume_usd=conditions.volume_24h_usd)
        opened = worse(priced(bar.open), order.side, bps)
        if _within(order, opened):
            price, taking, parameters = opened, True, {"open": text_of(bar.open), **impact}
    with exactly():
        took = Taken(quantity, quantity * price, 1)
    order = replace(order, matched_until=bar.ends_at)
    pricing = _pricing(bar, "open_of_minute" if taking else "limit_touched", parameters)
    done = _filled(account, order, took, pricing, "taker" if taking else "maker", now=bar.ends_at)
    account, order, fill = done
    if fill is None:
        return done
    if not order.remaining:
        return *ended(account, order, "filled", None, now=bar.ends_at), fill
    return account, replace(order, status="partially_filled"), fill


def _filled(
    account: Account, order: Order, took: Taken, pricing: Pricing, liquidity: Liquidity, *, now: datetime
) -> tuple[Account, Order, Fill | None]:
    """Return both after a fill, or after the end of an order that the account cannot take any more."""
    try:
        return filled(account, order, took, pricing, liquidity, now=now)
    except ConflictError as refused:
        return *ended(account, order, "rejected", refused.code, now=now), None


def _stopped_at(order: Order, bar: Bar, conditions: Conditions) -> tuple[Decimal, dict[str, str]]:
    """Return the price of a triggered stop: its own or the opening one if that is worse, worsened by rank and volume."""
    stop = order.stop_price or bar.open
    base = max(stop, bar.open) if order.side == "buy" else min(stop, bar.open)
    worth = _worth(order.remaining, base)
    bps, parameters = impact_bps(worth, rank=conditions.rank, volume_usd=conditions.volume_24h_usd)
    return worse(priced(base), order.side, bps), {"open": text_of(bar.open), **parameters}


def _worth(quantity: Decimal, price: Decimal) -> Decimal:
    with exactly():
        return quantity * price


def _waits(order: Order) -> bool:
    """Return whether nothing is traded before its stop is reached."""
    return order.stop_price is not None and order.triggered_at is None


def _is_ahead(bar: Bar, order: Order) -> bool:
    # A moment that was looked at begins where the order was left, and so does the minute after a looked-at minute.
    return bar.begins_at >= order.matched_until and bar.ends_at > order.matched_until


def _reached(order: Order, bar: Bar) -> bool:
    stop = order.stop_price or Decimal(0)
    return bar.high >= stop if order.side == "buy" else bar.low <= stop


def _touched(order: Order, bar: Bar) -> bool:
    limit = order.limit_price or Decimal(0)
    return bar.low <= limit if order.side == "buy" else bar.high >= limit


def _within(order: Order, price: Decimal) -> bool:
    limit = order.limit_price or Decimal(0)
    return price <= limit if order.side == "buy" else price >= limit


def _pricing(bar: Bar, model: str, parameters: dict[str, str]) -> Pricing:
    return Pricing(
        source="candle",
        priced_at=bar.ends_at,
        providers=bar.providers,
        model=model,
        parameters={
            "minute": bar.begins_at.isoformat().replace("+00:00", "Z"),
            "high": text_of(bar.high),
            "low": text_of(bar.low),
            **parameters,
        },
    )
