"""What is trending, and categories with their tokens, over HTTP."""

from typing import Annotated

from fastapi import Path, Request, Response

from shared.cache.freshness import TRENDING
from shared.domain.tokens.discovery import DiscoveryService
from shared.domain.tokens.models import Category, CategoryTokens, Trending
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import PageQuery
from shared.http.provided import provided

from .router import router

Discovery = Annotated[DiscoveryService, provided(DiscoveryService)]


@router.get(
    "/api/v1/market/trending",
    summary="Trending tokens",
    response_model=Envelope[list[Trending]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(TRENDING)],
)
async def trending(request: Request, discovery: Discovery) -> Response:
    """The tokens that CoinGecko's visitors search for most (`meta.method: searches`), asked for every hour.

    While nobody tells, it is our own list (`meta.method: unusual_trading`, source `cryptoprism`): ranked tokens worth a
    million dollars and more that traded for a hundred thousand and more, by √(turnover score × movement score), each score the
    distance above the median in scaled median absolute deviations.
    """
    return answered(request, await discovery.trending())


@router.get(
    "/api/v1/market/categories",
    summary="Categories",
    response_model=Envelope[list[Category]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(TRENDING)],
)
async def categories(request: Request, page: PageQuery, discovery: Discovery) -> Response:
    """Categories by market cap, largest first. `basis` says whether the totals are our own sums or the source's."""
    return answered(request, await discovery.categories(limit=page.limit, offset=page.offset))


@router.get(
    "/api/v1/market/categories/{category_id}",
    summary="One category and its tokens",
    response_model=Envelope[CategoryTokens],
    responses=errors("category_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(TRENDING)],
)
async def category(
    request: Request,
    category_id: Annotated[str, Path(max_length=200, description="As in `stablecoins`.")],
    page: PageQuery,
    discovery: Discovery,
) -> Response:
    """A category and a page of its tokens with their quotes, largest first; those without a quote are only counted."""
    return answered(request, await discovery.category(category_id, limit=page.limit, offset=page.offset))
