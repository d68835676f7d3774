"""Large transfers and flows of exchanges over HTTP."""

from decimal import Decimal
from typing import Annotated

from fastapi import Path, Query, Request, Response

from shared.cache.freshness import ON_CHAIN, WHALE_ALERTS
from shared.domain.flows.models import ExchangeFlow, WhaleTransfer
from shared.domain.flows.service import SMALLEST_USD, FlowService
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import RangeQuery, read_time
from shared.http.provided import provided

from .router import router

Flows = Annotated[FlowService, provided(FlowService)]
Chain = Annotated[str, Path(max_length=64, description="A chain, as in `bitcoin`.", examples=["bitcoin"])]


@router.get(
    "/{chain}/whale-alerts",
    summary="Large transfers",
    response_model=Envelope[list[WhaleTransfer]],
    responses=errors("chain_not_found", "metric_not_supported", "no_data", "database_unavailable"),
    dependencies=[fresh_for(WHALE_ALERTS)],
)
async def whale_alerts(
    request: Request,
    chain: Chain,
    flows: Flows,
    min_usd: Annotated[
        Decimal | None,
        Query(
            ge=SMALLEST_USD,
            le=10**15,
            allow_inf_nan=False,
            description="The smallest, in US dollars; 1,000,000 unless the operator chose otherwise.",
        ),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=250, description="How many at most.")] = 50,
    cursor: Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")] = None,
) -> Response:
    """Transfers of the last seven days, newest first, valued at our own prices of the same minutes; what has none is not shown.

    A transfer whose block was replaced stays, as `reorged`. Labels name exchanges whose addresses are known, and are far from
    complete. Of bitcoin and ether every large transfer is looked for; of tokens on Ethereum, Arbitrum and Polygon only what known
    addresses of exchanges sent or received. Other chains need Whale Alert.
    """
    return answered(request, await flows.whales(chain, least=min_usd, limit=limit, cursor=cursor))


@router.get(
    "/{chain}/exchange-flow",
    summary="What flows to and from exchanges",
    response_model=Envelope[ExchangeFlow],
    responses=errors("chain_not_found", "metric_not_supported", "no_data", "database_unavailable"),
    dependencies=[fresh_for(ON_CHAIN)],
)
async def exchange_flow(
    request: Request,
    chain: Chain,
    within: RangeQuery,
    flows: Flows,
    as_of: Annotated[
        str | None, Query(max_length=64, description="See only what was known then: s, ms or ISO-8601.")
    ] = None,
) -> Response:
    """Inflow, outflow and net by the hour in US dollars, of transfers that are large enough and of addresses that are known.

    An hour that nobody looked at is missing; one that was looked at and had no such transfer has zeros. `z_score` is how many
    standard deviations the net lies from the mean of up to 720 hours stored before it; `null` below 48. Without `from`, seven days.
    """
    known = None if as_of is None else read_time("as_of", as_of)
    return answered(request, await flows.exchange_flow(flows.hours(chain, within.start, within.end, known)))
