"""Backtests on demand over HTTP."""

from typing import Annotated

from fastapi import Path, Query, Request, Response

from shared.domain.backtests.models import BacktestRequest, BacktestTold
from shared.domain.backtests.service import BacktestService
from shared.http.envelope import Envelope, answered
from shared.http.openapi import errors
from shared.http.provided import provided
from shared.http.signed import SignedIn

from .router import router

_PATH = "/api/v1/indices/backtests"
Service = Annotated[BacktestService, provided(BacktestService)]
BacktestId = Annotated[
    str,
    Path(
        max_length=64,
        pattern=r"^[0-9a-z-]+$",
        description="Id of a backtest.",
        examples=["20260301120000-1f2e3d4c5b6a7988"],
    ),
]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]


@router.post(
    _PATH,
    summary="Ask for a backtest",
    status_code=202,
    response_model=Envelope[BacktestTold],
    responses=errors("busy", "backtests_running", "allowance_spent", "tasks_unavailable"),
)
async def ask_backtest(request: Request, asked: BacktestRequest, caller: SignedIn, backtests: Service) -> Response:
    """A strategy of your own on the daily history; `Location` says where it is told how far it is.

    At most 2 of yours are queued or running (409), and 20 a day with the free plan (429). The report has the figures, the baselines under
    your costs, and the honesty section, in which every backtest that you asked for before counts as a trial. It is kept for 90 days.
    """
    name, answer = await backtests.ask(caller, asked.model_dump(mode="json", by_alias=True))
    response = answered(request, answer)
    response.status_code = 202
    response.headers["location"] = f"{_PATH}/{name}"
    return response


@router.get(
    _PATH,
    summary="Your backtests",
    response_model=Envelope[list[BacktestTold]],
)
async def own_backtests(request: Request, caller: SignedIn, backtests: Service, limit: Limit = 50) -> Response:
    """Those of the last 90 days, newest first, without their reports."""
    return answered(request, await backtests.listed(caller, limit=limit))


@router.get(
    _PATH + "/{backtest_id}",
    summary="One backtest",
    response_model=Envelope[BacktestTold],
    responses=errors("backtest_not_found"),
)
async def one_backtest(request: Request, backtest_id: BacktestId, caller: SignedIn, backtests: Service) -> Response:
    """How far it is and, when it is done, its report."""
    return answered(request, await backtests.one(caller, backtest_id))


@router.delete(
    _PATH + "/{backtest_id}",
    summary="Call a backtest off",
    response_model=Envelope[BacktestTold],
    responses=errors("backtest_not_found", "busy", "backtest_ended"),
)
async def cancel_backtest(request: Request, backtest_id: BacktestId, caller: SignedIn, backtests: Service) -> Response:
    """It stops within a step; one that has ended already is a 409."""
    return answered(request, await backtests.cancel(caller, backtest_id))
