"""Orders, and what was filled of them."""

from typing import Annotated, Literal

from fastapi import Path, Query, Request, Response

from shared.core.errors import InvalidParameterError
from shared.domain.trading.desk import TradingDesk
from shared.domain.trading.models import FillShown, OrderShown
from shared.http.envelope import Envelope, answered
from shared.http.openapi import errors
from shared.http.provided import provided
from shared.http.signed import SignedIn

from .accounts import AccountId
from .bodies import NewOrder
from .repeating import Key, created
from .router import router

Desk = Annotated[TradingDesk, provided(TradingDesk)]
OrderId = Annotated[str, Path(pattern=r"^[0-9a-z]{1,32}$", description="Id of an order.", examples=["o7"])]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")]


@router.post(
    "/api/v1/trading/accounts/{account_id}/orders",
    summary="Place an order",
    status_code=201,
    response_model=Envelope[OrderShown],
    responses=errors(
        "account_not_found",
        "account_busy",
        "idempotency_key_reused",
        "too_many_positions",
        "insufficient_cash",
        "insufficient_coins",
        "max_order_notional",
        "max_position_share",
        "max_open_orders",
        "daily_loss_limit",
        "price_stale",
        "no_data",
        "database_unavailable",
    ),
)
async def place_order(
    request: Request, account_id: AccountId, caller: SignedIn, desk: Desk, body: NewOrder, key: Key = None
) -> Response:
    """Buy or sell at the price of the moment, at a limit, or when a stop is reached.

    A market order, and a limit order as far as its limit allows, takes level by level what an exchange's order book offers, which is
    asked for at that moment; without one, what was last measured on it says the price; without that, the last price worsened by
    half a spread (2, 5, 15, 50 bps for ranks to 10, 100, 500 and beyond) + 500 bps × √(order ÷ day's volume), for at most 1 % of
    the day's volume. Each fill says which. Resting orders are matched every minute with the high and low of the minutes that closed
    since: a limit is filled at its limit when it is touched, at most a tenth of the minute's volume at a time; a stop at its price or,
    if the minute opened beyond it, at the opening price, worsened as above.

    Refused with 409: `insufficient_cash`, `insufficient_coins`, `max_order_notional`, `max_position_share`, `max_open_orders`,
    `daily_loss_limit`, `too_many_positions`, `idempotency_key_reused`, `account_busy`; with 503: `price_stale` where no price of the
    last three minutes is known and the order cannot wait.
    """
    return created(request, await desk.place(caller.uid, account_id, body.wish(), key))


@router.get(
    "/api/v1/trading/accounts/{account_id}/orders",
    summary="The orders of an account",
    response_model=Envelope[list[OrderShown]],
    responses=errors("account_not_found"),
)
async def orders(
    request: Request,
    account_id: AccountId,
    caller: SignedIn,
    desk: Desk,
    status: Annotated[
        Literal["all", "open"], Query(description="`open`: all that may still be filled, at once.")
    ] = "all",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Orders, newest first; `meta.total` counts all of them."""
    if status == "open" and cursor is not None:
        raise InvalidParameterError("cursor", "open orders come all at once", cursor)
    return answered(request, await desk.orders(caller.uid, account_id, status, cursor=cursor, limit=limit))


@router.get(
    "/api/v1/trading/accounts/{account_id}/orders/{order_id}",
    summary="One order",
    response_model=Envelope[OrderShown],
    responses=errors("account_not_found", "order_not_found"),
)
async def one_order(
    request: Request, account_id: AccountId, order_id: OrderId, caller: SignedIn, desk: Desk
) -> Response:
    """An order and how far it came."""
    return answered(request, await desk.order(caller.uid, account_id, order_id))


@router.delete(
    "/api/v1/trading/accounts/{account_id}/orders/{order_id}",
    summary="Cancel an order",
    response_model=Envelope[OrderShown],
    responses=errors("account_not_found", "order_not_found", "account_busy", "order_ended"),
)
async def cancel_order(
    request: Request, account_id: AccountId, order_id: OrderId, caller: SignedIn, desk: Desk
) -> Response:
    """Cancel an order that may still be filled: what it held is free again, and the order stays to be seen as `cancelled`.

    Refused with 409: `order_ended`, `account_busy`.
    """
    return answered(request, await desk.cancel(caller.uid, account_id, order_id))


@router.get(
    "/api/v1/trading/accounts/{account_id}/fills",
    summary="What was filled",
    response_model=Envelope[list[FillShown]],
    responses=errors("account_not_found"),
)
async def fills(
    request: Request,
    account_id: AccountId,
    caller: SignedIn,
    desk: Desk,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Fills, newest first, each with its price, where that is from, how old it was, and how slippage was made of it."""
    return answered(request, await desk.fills(caller.uid, account_id, cursor=cursor, limit=limit))
