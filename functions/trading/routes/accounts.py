"""Accounts, and what is in them."""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from shared.domain.trading.accounts import TradingAccounts
from shared.domain.trading.models import AccountShown, EquityPoint, PositionShown, ValuedAccount
from shared.http.envelope import Envelope, answered
from shared.http.openapi import errors
from shared.http.provided import provided
from shared.http.signed import SignedIn

from .bodies import NewAccount
from .repeating import Key, created
from .router import router

Accounts = Annotated[TradingAccounts, provided(TradingAccounts)]
AccountId = Annotated[
    str, Path(pattern=r"^[0-9a-z]{1,32}$", description="Id of an account of yours.", examples=["5f0c2a9be1d34c77"])
]


@router.post(
    "/api/v1/trading/accounts",
    summary="Open a paper account",
    status_code=201,
    response_model=Envelope[AccountShown],
    responses=errors("account_busy", "idempotency_key_reused", "too_many_accounts"),
)
async def open_account(
    request: Request, caller: SignedIn, accounts: Accounts, body: NewAccount, key: Key = None
) -> Response:
    """Open an account with so much cash. Refused with 409: `too_many_accounts` (20), `idempotency_key_reused`, `account_busy`."""
    return created(request, await accounts.open(caller.uid, body.opening(), key))


@router.get(
    "/api/v1/trading/accounts",
    summary="Your paper accounts",
    response_model=Envelope[list[AccountShown]],
)
async def all_accounts(request: Request, caller: SignedIn, accounts: Accounts) -> Response:
    """Your accounts, oldest first, without what their coins are worth."""
    return answered(request, await accounts.all(caller.uid))


@router.get(
    "/api/v1/trading/accounts/{account_id}",
    summary="One paper account",
    response_model=Envelope[ValuedAccount],
    responses=errors("account_not_found", "no_data", "database_unavailable"),
)
async def one_account(request: Request, account_id: AccountId, caller: SignedIn, accounts: Accounts) -> Response:
    """An account and its equity at the last known prices; `meta.stale` says whether one of them is older than three minutes."""
    return answered(request, await accounts.one(caller.uid, account_id))


@router.delete(
    "/api/v1/trading/accounts/{account_id}",
    summary="Close a paper account",
    status_code=204,
    responses=errors("account_not_found", "account_busy"),
)
async def close_account(account_id: AccountId, caller: SignedIn, accounts: Accounts) -> Response:
    """Remove an account with its orders, open ones too, and its fills. Refused with 409: `account_busy`."""
    await accounts.close(caller.uid, account_id)
    return Response(status_code=204)


@router.get(
    "/api/v1/trading/accounts/{account_id}/positions",
    summary="The coins of an account",
    response_model=Envelope[list[PositionShown]],
    responses=errors("account_not_found", "no_data", "database_unavailable"),
)
async def positions(request: Request, account_id: AccountId, caller: SignedIn, accounts: Accounts) -> Response:
    """Coins by token: what they cost on average, what they are worth at the last known price, and how old that is."""
    return answered(request, await accounts.positions(caller.uid, account_id))


@router.get(
    "/api/v1/trading/accounts/{account_id}/equity",
    summary="The equity of an account",
    response_model=Envelope[list[EquityPoint]],
    responses=errors("account_not_found", "no_data", "database_unavailable"),
)
async def equity(
    request: Request,
    account_id: AccountId,
    caller: SignedIn,
    accounts: Accounts,
    days: Annotated[int, Query(ge=1, le=366, description="How many days to look back.")] = 90,
) -> Response:
    """Equity when it was opened and at the beginnings of days (UTC, as valued within minutes after midnight), oldest first; what it
    is worth now is `meta.equity_usd`.
    """
    return answered(request, await accounts.equity(caller.uid, account_id, days=days))
