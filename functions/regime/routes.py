"""The regime over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from shared.cache.freshness import REGIME
from shared.domain.regime.models import Regime, RegimePoint
from shared.domain.regime.service import RegimeService
from shared.http.envelope import Envelope, answered
from shared.http.freshness import fresh_for
from shared.http.openapi import errors
from shared.http.parameters import RangeQuery, read_time
from shared.http.provided import provided

router = APIRouter(tags=["regime"])

Service = Annotated[RegimeService, provided(RegimeService)]
AsOf = Annotated[
    str | None,
    Query(max_length=64, description="See only what was said then: s, ms or ISO-8601.", examples=["2026-03-01"]),
]


@router.get(
    "/api/v1/regime",
    summary="The market's regime now",
    response_model=Envelope[Regime],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(REGIME)],
)
async def current(request: Request, regime: Service) -> Response:
    """The newest completed day's step on the gauge, since when it stands, what drives it and the smallest change that would flip it.

    A statistical jump model of three states looks at the market as a whole. A strong step needs a probability of 0.6, evidence of 0.75 and
    a confluence of 0.6. It describes; it foretells little: docs/science/regime.md tells how well it did.
    """
    return answered(request, await regime.current())


@router.get(
    "/api/v1/regime/history",
    summary="The regime before",
    response_model=Envelope[list[RegimePoint]],
    responses=errors("no_data", "database_unavailable"),
    dependencies=[fresh_for(REGIME)],
)
async def history(
    request: Request,
    within: RangeQuery,
    regime: Service,
    cursor: Annotated[str | None, Query(max_length=32, description="`meta.cursor` of the page before.")] = None,
    as_of: AsOf = None,
) -> Response:
    """Days `[ms, gauge, bull, neutral, bear]`, oldest first; without `from`, of 365 days before `to`, which is now by default.

    Each day was judged with what was known at its end, by a model fitted on days before it, and is never judged again by the same version.
    Unknown days have nulls. Pages hold up to 1,000 days.
    """
    known = None if as_of is None else read_time("as_of", as_of)
    return answered(request, await regime.history(within.start, within.end, known, cursor))


@router.get(
    "/api/v1/regime/explain",
    summary="Why a day has its regime",
    response_model=Envelope[Regime],
    responses=errors("day_not_found", "no_data", "database_unavailable"),
    dependencies=[fresh_for(REGIME)],
)
async def explain(
    request: Request,
    regime: Service,
    day: Annotated[
        str | None,
        Query(
            max_length=64, description="A UTC day, or a moment of it; the newest by default.", examples=["2026-02-28"]
        ),
    ] = None,
    as_of: AsOf = None,
) -> Response:
    """Every feature's contribution to the day's lean, which add up to it with what was carried over, and the value that would flip it."""
    if day is None and as_of is None:
        return answered(request, await regime.current())
    known = None if as_of is None else read_time("as_of", as_of)
    return answered(request, await regime.explained(None if day is None else read_time("day", day), known))
