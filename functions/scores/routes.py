"""Scores over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from shared.cache.freshness import CATALOG, SCORES
from shared.domain.scores.models import Excluded, HistoryPoint, Leader, Methodology, TokenScores
from shared.domain.scores.service import ScoreService
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import PageQuery, RangeQuery, read_time
from shared.http.provided import provided

router = APIRouter(tags=["scores"])

Scores = Annotated[ScoreService, provided(ScoreService)]
TokenId = Annotated[str, Path(max_length=200, description="Slug of a token.", examples=["bitcoin"])]


@router.get(
    "/api/v1/scores/leaderboard",
    summary="Tokens by CryptoScore",
    response_model=Envelope[list[Leader]],
    responses=errors("snapshot_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(SCORES)],
)
async def leaderboard(
    request: Request,
    page: PageQuery,
    scores: Scores,
    snapshot: Annotated[
        str | None,
        Query(max_length=32, description="`meta.snapshot` of the first page: pages then come from one ranking."),
    ] = None,
) -> Response:
    """Tokens with a CryptoScore, best first.

    Scores are of completed days: `meta.as_of` is the end of the last one. `meta.excluded` tokens follow another price and are listed in
    `/api/v1/scores/excluded`; of `meta.unscored` ones too little is known, and `/api/v1/scores/{token_id}` says what.
    """
    return answered(request, await scores.leaderboard(limit=page.limit, offset=page.offset, snapshot=snapshot))


@router.get(
    "/api/v1/scores/excluded",
    summary="Tokens without a score by rule",
    response_model=Envelope[list[Excluded]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(SCORES)],
)
async def excluded(request: Request, page: PageQuery, scores: Scores) -> Response:
    """Stablecoins, wrapped, staked and leveraged tokens, largest first: their price is made by something else."""
    return answered(request, await scores.excluded(limit=page.limit, offset=page.offset))


@router.get(
    "/api/v1/scores/methodology",
    summary="How scores are made",
    response_model=Envelope[Methodology],
    dependencies=[fresh_for(CATALOG)],
)
async def methodology(request: Request, scores: Scores) -> Response:
    """Parts, weights, formulas, what is needed, and why a score may be null."""
    return answered(request, scores.methodology())


@router.get(
    "/api/v1/scores/{token_id}",
    summary="One token's scores",
    response_model=Envelope[TokenScores],
    responses=errors("token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(SCORES)],
)
async def token(request: Request, token_id: TokenId, scores: Scores) -> Response:
    """CryptoScore, its three scores and their parts, with contributions that add up; what is unknown is null and says why."""
    return answered(request, await scores.token(token_id))


@router.get(
    "/api/v1/scores/{token_id}/history",
    summary="One token's scores before",
    response_model=Envelope[list[HistoryPoint]],
    responses=errors("token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(SCORES)],
)
async def history(
    request: Request,
    token_id: TokenId,
    within: RangeQuery,
    scores: Scores,
    cursor: Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")] = None,
    as_of: Annotated[
        str | None, Query(max_length=64, description="See only what was known then: s, ms or ISO-8601.")
    ] = None,
) -> Response:
    """Days `[ms, CryptoScore, durability, momentum, valuation]` by the day's end, oldest first, up to 1,000 a page.

    Without `from`, of 90 days before `to`, which is now by default. Scores are told as they were first computed, and a day's later
    revision of 0.1 points and more as it is now, or as it was known at `as_of`. Days before the first run have none.
    """
    known = None if as_of is None else read_time("as_of", as_of)
    return answered(request, await scores.history(token_id, within.start, within.end, as_of=known, cursor=cursor))
