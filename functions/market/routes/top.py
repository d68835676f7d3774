"""The top of the market and its movers over HTTP."""

from decimal import Decimal
from typing import Annotated

from fastapi import Query, Request, Response

from shared.cache.freshness import LIVE_PRICES, MOVERS
from shared.domain.market.models import Mover, Quote
from shared.domain.market.quote_statements import Direction, Window
from shared.domain.market.service import PriceService
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.provided import provided

from .router import router

Prices = Annotated[PriceService, provided(PriceService)]


@router.get(
    "/api/v1/market",
    summary="The top 100",
    response_model=Envelope[list[Quote]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(LIVE_PRICES)],
)
@router.get(
    "/api/market",
    summary="The top 100 (short address)",
    response_model=Envelope[list[Quote]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(LIVE_PRICES)],
)
async def top(request: Request, prices: Prices) -> Response:
    """The hundred largest tokens by market capitalisation, in US dollars; `/api/v1/prices/live` has all of them."""
    return answered(request, await prices.top())


@router.get(
    "/api/v1/market/movers",
    summary="Gainers and losers",
    response_model=Envelope[list[Mover]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(MOVERS)],
)
async def movers(
    request: Request,
    prices: Prices,
    window: Annotated[Window, Query(description="Over which time the change is taken.")] = "24h",
    direction: Annotated[Direction, Query(description="`up` for gainers, `down` for losers.")] = "up",
    min_volume_usd: Annotated[
        Decimal, Query(ge=0, le=10**15, allow_inf_nan=False, description="Least volume within 24 hours.")
    ] = Decimal(100_000),
    limit: Annotated[int, Query(ge=1, le=250, description="How many at most.")] = 50,
) -> Response:
    """Ranked tokens that rose, or fell, most within the window; those hardly traded are left out by their volume."""
    return answered(request, await prices.movers(window, direction, volume=min_volume_usd, limit=limit))
