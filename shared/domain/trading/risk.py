"""What an account's limits refuse. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from shared.core.errors import ConflictError
from shared.records.trading import Account

from .money import exactly

MOST_OPEN_ORDERS = 200
"""Of any account: all of them are cancelled in one commit when it is closed."""


@dataclass(frozen=True, slots=True)
class Valuation:
    """What an account is worth."""

    prices_usd: Mapping[str, Decimal]
    """The last known price of each token held; a token without any counts at what it cost."""
    day_start_usd: Decimal
    """The equity at the beginning of the day, UTC."""
    resting_usd: Decimal = Decimal(0)
    """What is held for resting buys of the token that is to be bought."""


def equity_of(account: Account, prices_usd: Mapping[str, Decimal]) -> Decimal:
    """Return cash, what is held, and the coins at their last known prices, unrounded."""
    with exactly():
        cash = account.cash_usd + account.reserved_usd
        return cash + sum((worth_of(account, token_id, prices_usd) for token_id in account.positions), Decimal(0))


def worth_of(account: Account, token_id: str, prices_usd: Mapping[str, Decimal]) -> Decimal:
    """Return what the coins of a token are worth at its last known price, else what they cost."""
    position = account.positions.get(token_id)
    if position is None:
        return Decimal(0)
    price = prices_usd.get(token_id)
    return position.cost_usd if price is None else position.quantity * price


def check_buy(account: Account, token_id: str, worth_usd: Decimal, valuation: Valuation) -> None:
    """Refuse a buy that breaks a limit.

    Raises:
        ConflictError: it does.
    """
    limits, equity = account.limits, equity_of(account, valuation.prices_usd)
    if limits.daily_loss_limit_usd is not None:
        lost = valuation.day_start_usd - equity
        if lost >= limits.daily_loss_limit_usd:
            raise ConflictError(
                "daily_loss_limit", f"The account lost {lost:.2f} USD today; it buys nothing until midnight UTC"
            )
    if limits.max_position_share is not None:
        after = worth_of(account, token_id, valuation.prices_usd) + valuation.resting_usd + worth_usd
        if after > limits.max_position_share * equity:
            share = limits.max_position_share * 100
            raise ConflictError(
                "max_position_share", f"It would make {token_id} more than {share.normalize():f} % of the equity"
            )


def check_size(account: Account, worth_usd: Decimal) -> None:
    """Refuse an order that is too large.

    Raises:
        ConflictError: it is.
    """
    most = account.limits.max_order_notional_usd
    if most is not None and worth_usd > most:
        raise ConflictError("max_order_notional", f"The order is worth {worth_usd:.2f} USD, over {most.normalize():f}")


def check_open_orders(account: Account) -> None:
    """Refuse an order that would rest beside too many others.

    Raises:
        ConflictError: it would.
    """
    most = min(account.limits.max_open_orders, MOST_OPEN_ORDERS)
    if account.open_orders >= most:
        raise ConflictError("max_open_orders", f"The account has {account.open_orders} open orders; {most} are allowed")
