"""Portfolios: made, listed, renamed, removed."""

from typing import Annotated

from fastapi import Request, Response

from shared.domain.portfolio.models import PortfolioShown
from shared.domain.portfolio.shelf import PortfolioShelf
from shared.http.envelope import Envelope, answered
from shared.http.openapi import errors
from shared.http.provided import provided
from shared.http.signed import SignedIn

from .bodies import ChangedPortfolio, NewPortfolio
from .router import IfMatch, Key, PortfolioId, router, told

Shelf = Annotated[PortfolioShelf, provided(PortfolioShelf)]


@router.post(
    "/api/v1/portfolios",
    summary="Make a portfolio",
    status_code=201,
    response_model=Envelope[PortfolioShown],
    responses=errors("portfolio_busy", "idempotency_key_reused", "too_many_portfolios"),
)
async def create_portfolio(
    request: Request, caller: SignedIn, shelf: Shelf, body: NewPortfolio, key: Key = None
) -> Response:
    """Make a portfolio without transactions. Refused with 409: `too_many_portfolios` (20), `idempotency_key_reused`."""
    return told(request, await shelf.create(caller.uid, body.name, body.description, key), status=201)


@router.get(
    "/api/v1/portfolios",
    summary="Your portfolios",
    response_model=Envelope[list[PortfolioShown]],
)
async def all_portfolios(request: Request, caller: SignedIn, shelf: Shelf) -> Response:
    """Your portfolios, oldest first."""
    return answered(request, await shelf.all(caller.uid))


@router.get(
    "/api/v1/portfolios/{portfolio_id}",
    summary="One portfolio",
    response_model=Envelope[PortfolioShown],
    responses=errors("portfolio_not_found"),
)
async def one_portfolio(request: Request, portfolio_id: PortfolioId, caller: SignedIn, shelf: Shelf) -> Response:
    """A portfolio without its transactions; its `ETag` changes with every change of it and of them."""
    return told(request, await shelf.one(caller.uid, portfolio_id))


@router.patch(
    "/api/v1/portfolios/{portfolio_id}",
    summary="Rename a portfolio",
    response_model=Envelope[PortfolioShown],
    responses=errors("portfolio_not_found", "changed", "portfolio_busy"),
)
async def change_portfolio(
    request: Request,
    portfolio_id: PortfolioId,
    caller: SignedIn,
    shelf: Shelf,
    body: ChangedPortfolio,
    if_match: IfMatch = None,
) -> Response:
    """Give a portfolio another name or description. Refused with 409: `changed`, `portfolio_busy`."""
    changed = await shelf.rename(
        caller.uid, portfolio_id, name=body.name, description=body.description, if_match=if_match
    )
    return told(request, changed)


@router.delete(
    "/api/v1/portfolios/{portfolio_id}",
    summary="Remove a portfolio",
    status_code=204,
    responses=errors("portfolio_not_found", "changed", "portfolio_busy"),
)
async def remove_portfolio(
    portfolio_id: PortfolioId, caller: SignedIn, shelf: Shelf, if_match: IfMatch = None
) -> Response:
    """Remove a portfolio with all its transactions. Refused with 409: `changed`, `portfolio_busy`."""
    await shelf.remove(caller.uid, portfolio_id, if_match=if_match)
    return Response(status_code=204)
