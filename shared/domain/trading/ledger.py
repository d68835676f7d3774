"""What happens to cash and coins: holding them for an order, trading them, giving them back. Pure and exact.

An order's notional and fee are those of all its fills together, rounded once; a fill is charged what they grew by. So the
sum of many small fills is never dearer than one large one, and never over what was held.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from shared.core.errors import ConflictError
from shared.records.trading import Account, FeeModel, Liquidity, Order, Position

from .money import down, exactly, rate_of, share_of, up

STOP_CUSHION = Decimal("1.05")
"""A resting stop buys at a price that is not known yet; so many times its stop price are held."""
MOST_POSITIONS = 200
_ZERO, _NONE = Decimal(0), Position()


@dataclass(frozen=True, slots=True)
class Traded:
    """What one fill moved."""

    account: Account
    order: Order
    notional_usd: Decimal
    fee_usd: Decimal


def held(account: Account, order: Order) -> tuple[Account, Order]:
    """Return both with what the order needs held, no more and no less; an order that has ended holds nothing.

    Raises:
        ConflictError: the account has not so much.
    """
    with exactly():
        cash, coins = _needed(order, account.fees)
        account = _with_cash(account, order.reserved_usd - cash, reserved=cash - order.reserved_usd)
        account = _with_coins(account, order.token_id, order.reserved_quantity - coins, coins - order.reserved_quantity)
        return account, replace(order, reserved_usd=cash, reserved_quantity=coins)


def traded(account: Account, order: Order, quantity: Decimal, cost: Decimal, liquidity: Liquidity) -> Traded:
    """Return both after a fill; what the order holds is spent first, and what it needs no longer is given back.

    Args:
        account: Whose order it is.
        order: Its status is not changed.
        quantity: Coins, a multiple of the step, above zero.
        cost: Quantity times price, unrounded.
        liquidity: Whose fee is charged.

    Raises:
        ConflictError: the account has not so much cash, or not so many coins.
    """
    with exactly():
        bps = account.fees.maker_bps if liquidity == "maker" else account.fees.taker_bps
        grown = replace(
            order,
            filled=order.filled + quantity,
            exact_cost=order.exact_cost + cost,
            exact_fee=order.exact_fee + cost * rate_of(bps),
        )
        notional, fee = charges(grown)
        grown = replace(grown, notional_usd=notional, fee_usd=fee)
        move = _bought if order.side == "buy" else _sold
        return move(account, order, grown)


def charges(order: Order) -> tuple[Decimal, Decimal]:
    """Return notional and fee of everything filled so far, as charged; a sale's fee is never over what it brings."""
    if order.side == "buy":
        return up(order.exact_cost), up(order.exact_fee)
    notional = down(order.exact_cost)
    return notional, min(up(order.exact_fee), notional)


def _bought(account: Account, before: Order, after: Order) -> Traded:
    notional, fee = after.notional_usd - before.notional_usd, after.fee_usd - before.fee_usd
    needed, _ = _needed(after, account.fees)
    cash = before.reserved_usd - needed - notional - fee
    account = _with_cash(account, cash, reserved=needed - before.reserved_usd)
    position = account.positions.get(after.token_id, _NONE)
    if after.token_id not in account.positions and len(account.positions) >= MOST_POSITIONS:
        raise ConflictError("too_many_positions", f"The account holds {MOST_POSITIONS} tokens; no more are possible")
    grown = replace(
        position, free=position.free + after.filled - before.filled, cost_usd=position.cost_usd + notional + fee
    )
    account = replace(
        account,
        bought_usd=account.bought_usd + notional,
        fees_usd=account.fees_usd + fee,
        positions={**account.positions, after.token_id: grown},
    )
    return Traded(account, replace(after, reserved_usd=needed), notional, fee)


def _sold(account: Account, before: Order, after: Order) -> Traded:
    notional, fee = after.notional_usd - before.notional_usd, after.fee_usd - before.fee_usd
    quantity = after.filled - before.filled
    _, needed = _needed(after, account.fees)
    position = account.positions.get(after.token_id, _NONE)
    cost = share_of(position.cost_usd, quantity, position.quantity) if position.quantity else _ZERO
    account = _with_coins(
        account, after.token_id, before.reserved_quantity - needed - quantity, needed - before.reserved_quantity, cost
    )
    account = replace(
        _with_cash(account, notional - fee, reserved=_ZERO),
        sold_usd=account.sold_usd + notional,
        fees_usd=account.fees_usd + fee,
        realised_usd=account.realised_usd + notional - fee - cost,
    )
    return Traded(account, replace(after, reserved_quantity=needed), notional, fee)


def _needed(order: Order, fees: FeeModel) -> tuple[Decimal, Decimal]:
    """Return the cash and the coins that an order has to hold."""
    if not order.live or not order.remaining:
        return _ZERO, _ZERO
    if order.side == "sell":
        return _ZERO, order.remaining
    price = order.limit_price or (order.stop_price or _ZERO) * STOP_CUSHION
    cost = price * order.remaining
    rate = rate_of(max(fees.maker_bps, fees.taker_bps))
    notional = up(order.exact_cost + cost) - order.notional_usd
    return notional + up(order.exact_fee + cost * rate) - order.fee_usd, _ZERO


def _with_cash(account: Account, change: Decimal, *, reserved: Decimal) -> Account:
    cash = account.cash_usd + change
    if cash < 0:
        raise ConflictError("insufficient_cash", f"The account has {account.cash_usd:f} USD free, {-cash:f} too little")
    return replace(account, cash_usd=cash, reserved_usd=account.reserved_usd + reserved)


def _with_coins(account: Account, token_id: str, change: Decimal, reserved: Decimal, cost: Decimal = _ZERO) -> Account:
    if not change and not reserved:
        return account
    position = account.positions.get(token_id, _NONE)
    free = position.free + change
    if free < 0:
        raise ConflictError(
            "insufficient_coins", f"The account has {position.free:f} {token_id} free, {-free:f} too few"
        )
    left = Position(free=free, reserved=position.reserved + reserved, cost_usd=position.cost_usd - cost)
    return replace(account, positions=_kept(account.positions, token_id, left))


def _kept(positions: Mapping[str, Position], token_id: str, position: Position) -> dict[str, Position]:
    """Return the positions with this one, which is dropped when nothing is left of it."""
    others = {name: each for name, each in positions.items() if name != token_id}
    return {**others, token_id: position} if position.quantity else others
