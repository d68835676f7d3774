"""What a portfolio is worth, how it did, how it may fall."""

from typing import Annotated

from fastapi import Query, Request, Response

from shared.domain.portfolio.analysis_models import Performance, Risk, Valuation
from shared.domain.portfolio.performing import PortfolioPerformance
from shared.domain.portfolio.risking import PortfolioRisk
from shared.domain.portfolio.valuing import PortfolioValuation
from shared.http.envelope import Envelope, answered
from shared.http.openapi import errors
from shared.http.parameters import RangeQuery
from shared.http.provided import provided
from shared.http.signed import SignedIn

from .router import PortfolioId, router


@router.get(
    "/api/v1/portfolios/{portfolio_id}/valuation",
    summary="What a portfolio is worth",
    response_model=Envelope[Valuation],
    responses=errors("portfolio_not_found", "no_data", "database_unavailable"),
)
async def valuation(
    request: Request,
    portfolio_id: PortfolioId,
    caller: SignedIn,
    valued: Annotated[PortfolioValuation, provided(PortfolioValuation)],
) -> Response:
    """Holdings at their last known prices, and cost and gains, first in first out (`fifo`) and at average cost.

    Dollars are exact: each transaction's are rounded once, to 1e-12, half to even, and so is a part of a lot's cost, whose rest stays with the
    lot. So cost − realised gains is always what came in less what went out. A holding without a price has `null`, is listed in
    `meta.unpriced`, and the total is `partial`.
    """
    return answered(request, await valued.now(caller.uid, portfolio_id))


@router.get(
    "/api/v1/portfolios/{portfolio_id}/performance",
    summary="How a portfolio did",
    response_model=Envelope[Performance],
    responses=errors("portfolio_not_found", "no_data", "database_unavailable"),
)
async def performance(
    request: Request,
    portfolio_id: PortfolioId,
    caller: SignedIn,
    performed: Annotated[PortfolioPerformance, provided(PortfolioPerformance)],
    within: RangeQuery,
) -> Response:
    """Time-weighted and money-weighted return, of the last 365 days by default, of three years at most.

    The portfolio is valued at each midnight UTC at the close of the daily candle, else at an aggregator's price within an hour of it; a price
    stands for up to seven days without one (`meta.carried_prices`). A token without prices is left out whole, with what was paid for it
    (`meta.excluded`). A day's return is (end + outflow) ÷ (beginning + inflow) − 1, and days are chained; coins transferred flow at
    that day's closing price. The money-weighted return takes flows by day. What cannot be told is `null`, with the reason.
    """
    return answered(request, await performed.between(caller.uid, portfolio_id, within.start, within.end))


@router.get(
    "/api/v1/portfolios/{portfolio_id}/risk",
    summary="How a portfolio may fall",
    response_model=Envelope[Risk],
    responses=errors("portfolio_not_found", "no_data", "database_unavailable"),
)
async def risk(
    request: Request,
    portfolio_id: PortfolioId,
    caller: SignedIn,
    risks: Annotated[PortfolioRisk, provided(PortfolioRisk)],
    days: Annotated[int, Query(ge=30, le=730, description="How many days to look back.")] = 365,
) -> Response:
    """Volatility, drawdown, value at risk, expected shortfall, concentration, correlation.

    `own` measures the portfolio's own daily returns, from 30 of them on. `holdings_now` looks at what is held now over the same days (historical
    simulation), from 60 days on with prices for 90 % of the value. What cannot be told is `null`, with the reason.
    """
    return answered(request, await risks.over(caller.uid, portfolio_id, days))
