"""What is on offer at a moment, and how much of it an order takes. Pure and exact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Context, Decimal

from shared.records.trading import Order, Pricing, Side

from .money import PRICE_STEP, STEP, affordable, exactly

_WIDE = Context(prec=160)
_ROUNDINGS = 2 * STEP
"""Notional and fee are each rounded up by less than a step."""


@dataclass(frozen=True, slots=True)
class Offer:
    """So many coins at one price; `None` is as many as anybody wants."""

    price_usd: Decimal
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class Offers:
    """What an order may take, best price first, and where that is known from."""

    levels: Sequence[Offer]
    pricing: Pricing


@dataclass(frozen=True, slots=True)
class Taken:
    """What an order takes."""

    quantity: Decimal
    cost: Decimal
    """Quantity times price over the levels, unrounded."""
    levels: int
    short: bool = False
    """Whether more was wanted and could be paid than is on offer."""


def within(levels: Iterable[Offer], side: Side, limit: Decimal | None) -> list[Offer]:
    """Return the levels that are not worse than the limit."""
    if limit is None:
        return list(levels)
    return [each for each in levels if (each.price_usd <= limit if side == "buy" else each.price_usd >= limit)]


def taken(levels: Sequence[Offer], *, quantity: Decimal | None, cash: Decimal | None, rate: Decimal) -> Taken:
    """Return what is taken of the levels, one after the other.

    Args:
        levels: Best first.
        quantity: Coins wanted at most.
        cash: What they and their fee may cost together at most, both rounded.
        rate: The fee, as a part of the cost.
    """
    with exactly():
        spendable = None if cash is None else _before_fee(cash - _ROUNDINGS, rate)
        got = cost = Decimal(0)
        for used, level in enumerate(levels):
            wanted = [] if quantity is None else [quantity - got]
            if spendable is not None:
                wanted.append(affordable(spendable - cost, level.price_usd))
            most = min(wanted)
            if most <= 0:
                return Taken(got, cost, used)
            part = most if level.quantity is None else min(most, level.quantity)
            got, cost = got + part, cost + part * level.price_usd
            if part == most:
                return Taken(got, cost, used + 1)
        return Taken(got, cost, len(levels), short=True)


def taken_by(order: Order, offers: Offers, rate: Decimal, *, cash: Decimal | None = None) -> Taken:
    """Return what an order takes: its coins or its amount, within its limit, and for no more than `cash`."""
    levels = within(offers.levels, order.side, order.limit_price)
    if order.quantity is None:
        return taken(levels, quantity=None, cash=order.amount_usd, rate=rate)
    return taken(levels, quantity=order.remaining, cash=cash, rate=rate)


def _before_fee(cash: Decimal, rate: Decimal) -> Decimal:
    return _WIDE.divide(cash, 1 + rate).quantize(PRICE_STEP, ROUND_FLOOR, _WIDE)
