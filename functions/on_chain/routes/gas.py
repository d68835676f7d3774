"""Fees over HTTP."""

from typing import Annotated

from fastapi import Query, Request, Response

from shared.cache.freshness import GAS
from shared.domain.gas.models import Gas
from shared.domain.gas.service import GasService
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.provided import provided

from .router import router

Fees = Annotated[GasService, provided(GasService)]


@router.get(
    "/gas",
    summary="What a transaction costs",
    response_model=Envelope[Gas],
    responses=errors("chain_not_found", "no_data"),
    dependencies=[fresh_for(GAS)],
)
async def gas(
    request: Request,
    fees: Fees,
    chain: Annotated[
        str,
        Query(
            max_length=64,
            description="`ethereum`, `bsc`, `polygon`, `avalanche`, `arbitrum`, `optimism`, `base` or `bitcoin`.",
        ),
    ] = "ethereum",
) -> Response:
    """Slow, average and fast, asked of a provider for you; the last that were known, and `stale`, when nobody answers."""
    return answered(request, await fees.now(chain))
