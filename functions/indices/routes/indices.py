"""Indices over HTTP."""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from shared.cache.freshness import INDICES
from shared.domain.indices.models import (
    Holdings,
    IndexDetail,
    IndexSummary,
    IndexTransaction,
    Performance,
    Reason,
)
from shared.domain.indices.service import IndexService, LogQuery
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import read_time
from shared.http.provided import provided

from .router import router

Service = Annotated[IndexService, provided(IndexService)]
IndexId = Annotated[str, Path(max_length=100, description="Id of an index or baseline.", examples=["prism-100"])]
At = Annotated[
    str | None,
    Query(max_length=64, description="As it was at the last close before: s, ms or ISO-8601; now by default."),
]
Token = Annotated[str | None, Query(min_length=1, max_length=200, description="Only of one token, by its id.")]
OfReason = Annotated[Reason | None, Query(description="Only of one reason.")]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")]


@router.get(
    "/api/v1/indices",
    summary="Indices and baselines",
    response_model=Envelope[list[IndexSummary]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(INDICES)],
)
async def all_indices(request: Request, indices: Service) -> Response:
    """Prism 100 and the baselines that it has to beat under the same costs, each at its last close.

    Decided at a close, carried out at the next open, reckoned after fees of 10 bp and slippage by rank. What is not invested is in USDC.
    """
    return answered(request, await indices.listed())


@router.get(
    "/api/v1/indices/{index_id}",
    summary="One index and its rules",
    response_model=Envelope[IndexDetail],
    responses=errors("index_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(INDICES)],
)
async def one_index(request: Request, index_id: IndexId, indices: Service) -> Response:
    """One index at its last close, and the rules that it is kept by."""
    return answered(request, await indices.index(index_id))


@router.get(
    "/api/v1/indices/{index_id}/holdings",
    summary="What an index holds",
    response_model=Envelope[Holdings],
    responses=errors("holdings_not_found", "index_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(INDICES)],
)
async def holdings(request: Request, index_id: IndexId, indices: Service, at: At = None) -> Response:
    """Tokens and USDC at the last close, largest first; with `at` those of the newest close before on which something was traded."""
    return answered(request, await indices.holdings(index_id, None if at is None else read_time("at", at)))


@router.get(
    "/api/v1/indices/{index_id}/performance",
    summary="What an index made and risked",
    response_model=Envelope[Performance],
    responses=errors("index_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(INDICES)],
)
async def performance(request: Request, index_id: IndexId, indices: Service) -> Response:
    """Figures, years, drawdowns, baselines and values; of `prism-100` also the honesty section, which says what the figures are worth."""
    return answered(request, await indices.performance(index_id))


@router.get(
    "/api/v1/indices/{index_id}/transactions",
    summary="The log of an index",
    response_model=Envelope[list[IndexTransaction]],
    responses=errors("index_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(INDICES)],
)
async def transactions(
    request: Request,
    index_id: IndexId,
    indices: Service,
    token_id: Token = None,
    reason: OfReason = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Response:
    """Every trade, delisting and redenomination, newest first; the log is only ever added to, and its hashes show it.

    To verify: the SHA-256 of `previous`, a line feed and the canonical JSON (sorted keys, no blanks) of the entry without `previous` and
    `hash` is `hash`; `previous` is the hash of the entry with the number before, 64 zeros for the first.
    """
    wanted = LogQuery(token_id=token_id, reason=reason, limit=limit, cursor=cursor)
    return answered(request, await indices.transactions(index_id, wanted))
