"""Signals over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from shared.cache.freshness import DATAPOINTS, SIGNALS, TRACK_RECORD
from shared.domain.signals.models import (
    Consensus,
    DataPointInfo,
    Divergence,
    HeatRow,
    SignalDay,
    TokenSignals,
)
from shared.domain.signals.record_models import TrackRecord
from shared.domain.signals.service import LOG_PAGE, SignalService
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import RangeQuery, TokenId
from shared.http.provided import provided

router = APIRouter(prefix="/api/v1/signals", tags=["signals"])

Signals = Annotated[SignalService, provided(SignalService)]
Limit = Annotated[int, Query(ge=1, le=250, description="How many at most.")]
Cursor = Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")]


@router.get(
    "/heatmap",
    summary="Tokens by category",
    response_model=Envelope[list[HeatRow]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(SIGNALS)],
)
async def heatmap(request: Request, signals: Signals, limit: Limit = 50) -> Response:
    """The largest tokens, each with six categories from -1 (bearish) to 1 (bullish) and how sure each is.

    A score is the mean of the votes of its data points (`/signals/datapoints`); what is unknown is `null` and has no part in it.
    """
    return answered(request, await signals.ranking("heat", limit=limit))


@router.get(
    "/consensus",
    summary="Where categories agree",
    response_model=Envelope[list[Consensus]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(SIGNALS)],
)
async def consensus(
    request: Request,
    signals: Signals,
    limit: Limit = 50,
    min_categories: Annotated[int, Query(ge=0, le=6, description="So many categories agree at least.")] = 0,
) -> Response:
    """Tokens by how many categories agree, most first; categories that always say the same count less than independent ones."""
    return answered(request, await signals.ranking("consensus", limit=limit, least=min_categories))


@router.get(
    "/divergences",
    summary="On-chain against the chart",
    response_model=Envelope[list[Divergence]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(SIGNALS)],
)
async def divergences(request: Request, signals: Signals, limit: Limit = 50) -> Response:
    """Tokens whose on-chain activity and chart point different ways, furthest apart first; only a chain's own token can be here."""
    return answered(request, await signals.ranking("divergence", limit=limit))


@router.get(
    "/datapoints",
    summary="The catalogue of data points",
    response_model=Envelope[list[DataPointInfo]],
    dependencies=[fresh_for(DATAPOINTS)],
)
async def datapoints(request: Request, signals: Signals) -> Response:
    """Every data point in the order in which values are told: how it is made, of what, and when it cannot be.

    Days are UTC. A hole of up to three days is bridged by the last close; after a longer one history begins anew. A redenomination
    (prices times a power of ten, the capitalisation unmoved) is put back on the former scale; a leap of fifty times and more that
    nothing explains ends the history before it.
    """
    return answered(request, await signals.catalogue())


@router.get(
    "/track-record",
    summary="Every signal, graded",
    response_model=Envelope[TrackRecord],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(TRACK_RECORD)],
)
async def track_record(
    request: Request,
    signals: Signals,
    limit: Annotated[int, Query(ge=1, le=LOG_PAGE, description="How many entries of the log.")] = 20,
    cursor: Cursor = None,
) -> Response:
    """How all signals ever emitted did, and the log of them, newest first: a hash chain that nobody can rewrite unseen.

    A signal is graded by the first price after its horizon. Intervals (95 %) are from a bootstrap over blocks of three horizons. Nothing
    is left out, and costs are not counted.
    """
    return answered(request, await signals.record(limit=limit, cursor=cursor))


@router.get(
    "/{token_id}",
    summary="All data points of one token",
    response_model=Envelope[TokenSignals],
    responses=errors("token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(SIGNALS)],
)
async def token(request: Request, token_id: TokenId, signals: Signals) -> Response:
    """Every data point of one token, the verdict, and what each data point adds to it: contributions add up to `composite`.

    A signal (`verdict.strength`) is given when at least three categories that amount to 1.5 independent votes agree, none is sure of
    the contrary, and the token can be traded.
    """
    return answered(request, await signals.token(token_id))


@router.get(
    "/{token_id}/history",
    summary="What was said of one token before",
    response_model=Envelope[list[SignalDay]],
    responses=errors("token_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(SIGNALS)],
)
async def history(
    request: Request, token_id: TokenId, within: RangeQuery, signals: Signals, cursor: Cursor = None
) -> Response:
    """Scores as they were computed after the close of each day, oldest first; without `from`, of 90 days before `to`."""
    return answered(request, await signals.history(token_id, within.start, within.end, cursor=cursor))
