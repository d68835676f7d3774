"""The transactions of a portfolio."""

from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from shared.core.errors import InvalidParameterError
from shared.domain.portfolio.models import TransactionShown
from shared.domain.portfolio.transactions import PortfolioTransactions, Wanted
from shared.http.envelope import Envelope, answered
from shared.http.openapi import errors
from shared.http.parameters import SLUG, RangeQuery
from shared.http.provided import provided
from shared.http.signed import SignedIn
from shared.records.portfolio import Kind

from .bodies import TransactionBody
from .router import IfMatch, Key, PortfolioId, TransactionId, router, told

Transactions = Annotated[PortfolioTransactions, provided(PortfolioTransactions)]
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, "application/x-ndjson": {}}}}


@router.post(
    "/api/v1/portfolios/{portfolio_id}/transactions",
    summary="Add a transaction",
    status_code=201,
    response_model=Envelope[TransactionShown],
    responses=errors(
        "portfolio_not_found",
        "portfolio_busy",
        "idempotency_key_reused",
        "too_many_transactions",
        "duplicate_transaction",
        "database_unavailable",
    ),
)
async def add_transaction(
    request: Request,
    portfolio_id: PortfolioId,
    caller: SignedIn,
    transactions: Transactions,
    body: TransactionBody,
    key: Key = None,
) -> Response:
    """Add a transaction of any time up to now.

    Dollars come from and go to the outside; a trade for another token moves both, unless its `settlement` is `outside`. A fee adds to the
    cost of what is bought, or is taken from what a sale brings; paid in coins held, these are sold for it at their price of then. More
    coins than are held at any time are refused (422, naming when and how much). Refused with 409: `too_many_transactions` (20,000),
    `duplicate_transaction` (its `external_id`), `idempotency_key_reused`, `portfolio_busy`.
    """
    return told(request, await transactions.add(caller.uid, portfolio_id, body.transaction(), key), status=201)


@router.get(
    "/api/v1/portfolios/{portfolio_id}/transactions",
    summary="The transactions of a portfolio",
    response_model=Envelope[list[TransactionShown]],
    responses={**errors("portfolio_not_found"), **_FILES},
)
async def all_transactions(
    request: Request,
    portfolio_id: PortfolioId,
    caller: SignedIn,
    transactions: Transactions,
    within: RangeQuery,
    token_id: Annotated[
        str | None, Query(pattern=SLUG, description="Only those of this token, or paid with or for it.")
    ] = None,
    kind: Annotated[Kind | None, Query(description="Only those of this kind.")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000, description="How many at most; of JSON.")] = 100,
    cursor: Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")] = None,
    format: Annotated[  # noqa: A002
        Literal["json", "csv", "ndjson"], Query(description="`csv` and `ndjson` send everything at once, oldest first.")
    ] = "json",
) -> Response:
    """Transactions, newest first; `meta.total` counts all that are meant. The CSV can be imported again, with no digit lost."""
    wanted = Wanted(within.start, within.end, token_id, kind)
    if format == "json":
        page = await transactions.page(caller.uid, portfolio_id, wanted, cursor=cursor, limit=limit)
        return answered(request, page)
    if cursor is not None:
        raise InvalidParameterError("cursor", "is for JSON; the other formats send everything", cursor)
    if format == "csv":
        text = await transactions.export(caller.uid, portfolio_id, wanted)
        name = f'attachment; filename="portfolio-{portfolio_id}.csv"'
        return StreamingResponse(text, media_type="text/csv; charset=utf-8", headers={"content-disposition": name})
    lines = await transactions.lines(caller.uid, portfolio_id, wanted)
    return StreamingResponse(lines, media_type="application/x-ndjson")


@router.get(
    "/api/v1/portfolios/{portfolio_id}/transactions/{transaction_id}",
    summary="One transaction",
    response_model=Envelope[TransactionShown],
    responses=errors("portfolio_not_found", "transaction_not_found"),
)
async def one_transaction(
    request: Request,
    portfolio_id: PortfolioId,
    transaction_id: TransactionId,
    caller: SignedIn,
    transactions: Transactions,
) -> Response:
    """A transaction; the `ETag` is the portfolio's."""
    return told(request, await transactions.one(caller.uid, portfolio_id, transaction_id))


@router.put(
    "/api/v1/portfolios/{portfolio_id}/transactions/{transaction_id}",
    summary="Replace a transaction",
    response_model=Envelope[TransactionShown],
    responses=errors(
        "portfolio_not_found",
        "transaction_not_found",
        "changed",
        "portfolio_busy",
        "duplicate_transaction",
        "database_unavailable",
    ),
)
async def change_transaction(
    request: Request,
    portfolio_id: PortfolioId,
    transaction_id: TransactionId,
    caller: SignedIn,
    transactions: Transactions,
    body: TransactionBody,
    if_match: IfMatch = None,
) -> Response:
    """Replace a transaction by another one under its id; later sales have to stay covered (422). Refused with 409: `changed`,
    `duplicate_transaction`, `portfolio_busy`."""
    changed = await transactions.change(caller.uid, portfolio_id, transaction_id, body.transaction(), if_match=if_match)
    return told(request, changed)


@router.delete(
    "/api/v1/portfolios/{portfolio_id}/transactions/{transaction_id}",
    summary="Remove a transaction",
    status_code=204,
    responses=errors("portfolio_not_found", "transaction_not_found", "changed", "portfolio_busy"),
)
async def remove_transaction(
    portfolio_id: PortfolioId,
    transaction_id: TransactionId,
    caller: SignedIn,
    transactions: Transactions,
    if_match: IfMatch = None,
) -> Response:
    """Remove a transaction; later sales have to stay covered (422). Refused with 409: `changed`, `portfolio_busy`."""
    await transactions.remove(caller.uid, portfolio_id, transaction_id, if_match=if_match)
    return Response(status_code=204)
