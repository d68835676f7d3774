"""Chains and their metrics over HTTP."""

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from shared.cache.freshness import ON_CHAIN
from shared.core.errors import InvalidParameterError
from shared.domain.chains.history import ChainHistoryService
from shared.domain.chains.models import ChainSummary, HistoryForm, MetricPoint, RankedMetric, SupportedChain
from shared.domain.chains.service import ChainsService
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import RangeQuery, read_list, read_time
from shared.http.provided import provided
from shared.records.chains import Metric, Resolution

from .router import router

MOST_CHAINS = 50
_MEDIA_TYPE: dict[HistoryForm, str] = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson"}
_FILES: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, "application/x-ndjson": {}}}}

Chains = Annotated[ChainsService, provided(ChainsService)]
History = Annotated[ChainHistoryService, provided(ChainHistoryService)]
ChainId = Annotated[str, Path(max_length=64, description="As listed by `/on-chain/chains`.", examples=["ethereum"])]


@router.get(
    "/chains",
    summary="The chains and what is known of each",
    response_model=Envelope[list[SupportedChain]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(ON_CHAIN)],
)
async def chains(request: Request, found: Chains) -> Response:
    """Every chain with the metrics it has, their units, and who tells them, the first choice first."""
    return answered(request, await found.chains())


@router.get(
    "/cross-chain",
    summary="One metric of many chains",
    response_model=Envelope[list[RankedMetric]],
    responses=errors("chain_not_found", "metric_not_supported", "no_data", "database_unavailable"),
    dependencies=[fresh_for(ON_CHAIN)],
)
async def cross_chain(
    request: Request,
    found: Chains,
    metric: Annotated[Metric, Query(description="Which metric.")],
    chains: Annotated[
        str | None,
        Query(
            max_length=2000,
            description=f"Up to {MOST_CHAINS}, separated by commas; all that have the metric by default.",
            examples=["ethereum,solana"],
        ),
    ] = None,
) -> Response:
    """Side by side with ranks and shares, the largest first; those without a value yet at the end."""
    asked = None if chains is None else read_list("chains", chains, largest=MOST_CHAINS)
    return answered(request, await found.compared(metric, asked))


@router.get(
    "/tvl",
    summary="Value locked by chain",
    response_model=Envelope[list[RankedMetric]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(ON_CHAIN)],
)
async def tvl(request: Request, found: Chains) -> Response:
    """US dollars locked in each chain's DeFi protocols, the largest first, with ranks, shares and changes."""
    return answered(request, await found.compared("tvl_usd"))


@router.get(
    "/stablecoins",
    summary="Stablecoins by chain",
    response_model=Envelope[list[RankedMetric]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(ON_CHAIN)],
)
async def stablecoins(request: Request, found: Chains) -> Response:
    """US dollars of stablecoins that circulate on each chain, the largest first, with ranks, shares and changes."""
    return answered(request, await found.compared("stablecoin_supply_usd"))


@router.get(
    "/{chain}/summary",
    summary="The latest of one chain",
    response_model=Envelope[ChainSummary],
    responses=errors("chain_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(ON_CHAIN)],
)
async def summary(request: Request, chain: ChainId, found: Chains) -> Response:
    """The latest value of each metric the chain has, with its source and its change within a week, a month and a quarter.

    A change is taken against what the same source said then; where it said nothing, or another one did, it is null.
    """
    return answered(request, await found.summary(chain))


@router.get(
    "/{chain}/history",
    summary="Earlier values of a metric",
    response_model=Envelope[list[MetricPoint]],
    responses={**errors("chain_not_found", "metric_not_supported", "no_data", "database_unavailable"), **_FILES},
    dependencies=[fresh_for(ON_CHAIN)],
)
async def history(
    request: Request,
    chain: ChainId,
    within: RangeQuery,
    history: History,
    metric: Annotated[Metric, Query(description="Which metric.")],
    resolution: Annotated[
        Resolution, Query(description="`day` for whole UTC days, stamped at their beginning; `now` for readings.")
    ] = "day",
    format: Annotated[HistoryForm, Query(description="`csv` and `ndjson` send the whole range at once.")] = "json",  # noqa: A002
    cursor: Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")] = None,
    as_of: Annotated[
        str | None, Query(max_length=64, description="Only what was known then: s, ms or ISO-8601; now by default.")
    ] = None,
) -> Response:
    """Points `[ms, value]`, oldest first; a day that was revised has the value known last, or at `as_of`.

    Without `from`, a year of days or thirty days of readings before `to`, which is now by default. Pages of JSON hold up to
    1,000 points. Days that nobody told are left out.
    """
    known = None if as_of is None else read_time("as_of", as_of)
    wanted = history.wanted(chain, metric, resolution, within.start, within.end, as_of=known)
    if format == "json":
        return answered(request, await history.series(wanted, cursor=cursor, as_of=known))
    if cursor is not None:
        raise InvalidParameterError("cursor", "is for JSON; the other formats send the whole range", cursor)
    return StreamingResponse(await history.export(wanted, format), media_type=_MEDIA_TYPE[format])
