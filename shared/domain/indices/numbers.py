"""The figures of a strategy, as answers tell them."""

from pydantic import BaseModel, Field

_NOTHING = "Null where the days do not suffice."


class Figures(BaseModel):
    """What a strategy made and risked; a year has 365 days, shares are shares of 1."""

    days: int = Field(description="Days reckoned.", examples=[3280])
    total_return: float | None = Field(description=_NOTHING, examples=[4.21])
    cagr: float | None = Field(description="Growth a year.", examples=[0.201])
    volatility: float | None = Field(description="Annual standard deviation of daily returns.", examples=[0.38])
    sharpe: float | None = Field(description="Annual, against 0.", examples=[0.67])
    sortino: float | None = Field(description="Annual, against 0; null without any loss.", examples=[0.9])
    calmar: float | None = Field(description="Growth a year ÷ deepest drawdown.", examples=[0.49])
    max_drawdown: float | None = Field(description="0 to -1.", examples=[-0.41])
    worst_month: float | None = Field(description="Return of a calendar month.", examples=[-0.22])
    best_month: float | None = Field(description="Return of a calendar month.", examples=[0.4])
    worst_day: float | None = Field(description="Return of a day.", examples=[-0.14])
    turnover_a_year: float | None = Field(
        description="How often the whole was bought and sold, one-way.", examples=[2.4]
    )
    time_in_market: float | None = Field(description="Share of days on which something was held.", examples=[0.71])
    mean_invested: float | None = Field(description="Mean share that was not USDC.", examples=[0.52])
    costs_a_year: float | None = Field(description="Share lost to fees, slippage and penalties.", examples=[0.012])
