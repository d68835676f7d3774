"""What a portfolio is worth, how it did and may fall, as callers see it. Coins and dollars are text, ratios are numbers."""

from datetime import datetime

from pydantic import BaseModel, Field

_NUMBER = "A number as text, every digit of it."


class MethodTotals(BaseModel):
    """Cost and gains by one method."""

    cost_usd: str = Field(description="What the coins held did cost, fees included.", examples=["2603.9"])
    unrealised_usd: str = Field(description="Worth less cost of the coins held that have a price.", examples=["396.1"])
    realised_usd: str = Field(description="Gains of all coins sold or paid with, losses taken off.", examples=["0"])


class Totals(BaseModel):
    """The whole portfolio in US dollars."""

    value_usd: str = Field(description="Worth of the coins that have a price.", examples=["3000"])
    partial: bool = Field(description="Whether a holding has no price, so that the value is not of all.")
    invested_usd: str = Field(
        description="Paid from outside, and worth of what was transferred in.", examples=["2603.9"]
    )
    returned_usd: str = Field(description="Got to the outside, and worth of what was transferred out.", examples=["0"])
    income_usd: str = Field(description="Worth of income when it came.", examples=["0"])
    gain_usd: str | None = Field(description="Value + returned − invested; null when partial.", examples=["396.1"])
    fifo: MethodTotals
    average_cost: MethodTotals


class MethodGains(BaseModel):
    """One token's cost and gains by one method."""

    cost_usd: str = Field(description=_NUMBER, examples=["2603.9"])
    cost_per_coin_usd: str = Field(description="To 18 digits behind the point.", examples=["52078"])
    unrealised_usd: str | None = Field(description="Null without a price.", examples=["396.1"])
    unrealised_share: float | None = Field(
        description="Of the cost; null without a price or a cost.", examples=[0.1521]
    )
    realised_usd: str = Field(description=_NUMBER, examples=["0"])


class HoldingShown(BaseModel):
    """Coins of one token."""

    token_id: str
    symbol: str | None
    name: str | None
    quantity: str = Field(description="Coins.", examples=["0.05"])
    price_usd: str | None = Field(
        description="The last known price; null when there is none, never 0.", examples=["60000"]
    )
    priced_at: datetime | None
    price_age_s: float | None = Field(description="Seconds since then.", ge=0)
    price_stale: bool | None = Field(description="Whether that is over three minutes.")
    value_usd: str | None = Field(description="Null without a price.", examples=["3000"])
    share: float | None = Field(description="Of the value of all that have a price, 0 to 1.", ge=0, le=1)
    fifo: MethodGains
    average_cost: MethodGains


class ClosedPosition(BaseModel):
    """A token that is no longer held."""

    token_id: str
    realised_fifo_usd: str = Field(description=_NUMBER, examples=["12.5"])
    realised_average_cost_usd: str = Field(description=_NUMBER, examples=["12.5"])


class Valuation(BaseModel):
    """What a portfolio is worth now."""

    totals: Totals
    holdings: list[HoldingShown] = Field(description="The largest first, those without a price last.")
    closed: list[ClosedPosition]


class TimeWeighted(BaseModel):
    """The return of one dollar that was there from the beginning, whatever came in and out."""

    total: float | None = Field(description="Over the whole range, as a fraction.", examples=[0.123])
    annualised: float | None = Field(description="By year; from 365 days on.", examples=[0.09])
    reason: str | None = Field(description="Why one is null.")


class MoneyWeighted(BaseModel):
    """The yearly rate at which flows and value balance (XIRR, days ÷ 365)."""

    annual: float | None = Field(description="As a fraction; null when no rate fits, or several do.", examples=[0.21])
    reason: str | None = Field(description="Why it is null.")


DailyRow = tuple[int, str, str, str, float]


class Performance(BaseModel):
    """How a portfolio did."""

    from_: datetime | None = Field(alias="from")
    to: datetime | None
    days: float | None = Field(description="From `from` to `to`.")
    value_start_usd: str = Field(description=_NUMBER)
    value_end_usd: str = Field(description=_NUMBER)
    inflow_usd: str = Field(description="Paid in from outside, and worth of what was transferred in.")
    outflow_usd: str = Field(description="Taken out, and worth of what was transferred out.")
    gain_usd: str = Field(description="Value at the end − at the start − inflow + outflow.")
    time_weighted: TimeWeighted
    money_weighted: MoneyWeighted
    daily: list[DailyRow] = Field(
        description="`[ms, value, inflow, outflow, index]` at each midnight UTC and at the end; dollars to the cent, flows since the "
        "row before; the index is what one dollar became."
    )


class DrawdownShown(BaseModel):
    """The deepest fall from a height."""

    depth: float = Field(description="As a fraction, 0 or below.", le=0)
    peak_at: datetime
    bottom_at: datetime
    recovered_at: datetime | None = Field(description="Null while it is not back.")


class OwnRisk(BaseModel):
    """Of the portfolio's own daily returns, whole days only."""

    volatility: float | None = Field(description="Deviation of daily returns × √365.")
    sharpe: float | None = Field(description="Mean ÷ deviation × √365, nothing taken off for what is without risk.")
    sortino: float | None = Field(description="The same over the root of the mean squared losses.")
    max_drawdown: DrawdownShown | None
    drawdown_now: float | None = Field(description="Below the highest, as a fraction.")
    days: int = Field(description="Days with a return.", ge=0)
    reason: str | None = Field(description="Why they are null.")


class RiskLevel(BaseModel):
    """What one day may cost. Losses are above zero."""

    confidence: float = Field(description="On so many days the loss was smaller.", examples=[0.95])
    value_at_risk: float = Field(description="Of the value, interpolated between days.", examples=[0.043])
    value_at_risk_usd: str = Field(description="To the cent.", examples=["129.00"])
    expected_shortfall: float = Field(description="Mean loss of the days beyond.", examples=[0.061])
    expected_shortfall_usd: str = Field(description="To the cent.", examples=["183.00"])


class HoldingsRisk(BaseModel):
    """Of what is held now, at its present shares, over the days looked at (historical simulation)."""

    levels: list[RiskLevel] | None = Field(description="95 % and 99 %.")
    volatility: float | None = Field(description="Deviation of daily returns × √365.")
    days: int = Field(description="Days with a price of every token that counts.", ge=0)
    left_out: list[str] = Field(description="Tokens with under 60 days of prices; the others stand for them.")
    reason: str | None = Field(description="Why they are null.")


class Concentration(BaseModel):
    """How much hangs on few tokens."""

    hhi: float | None = Field(description="Sum of squared shares (Herfindahl–Hirschman), up to 1.")
    effective_tokens: float | None = Field(description="1 ÷ hhi: how many equal holdings would be as concentrated.")
    top_token: str | None
    top_share: float | None = Field(description="Of the value, 0 to 1.")
    reason: str | None = Field(description="Why they are null.")


class Correlation(BaseModel):
    """How daily returns of the largest 20 holdings go together."""

    tokens: list[str]
    matrix: list[list[float | None]] | None = Field(
        description="Pearson's, rows and columns as `tokens`; null where a price never moves."
    )
    days: int = Field(description="Days with a price of all of them.", ge=0)
    reason: str | None = Field(description="Why it is null.")


class Risk(BaseModel):
    """How a portfolio may fall."""

    own: OwnRisk
    holdings_now: HoldingsRisk
    concentration: Concentration
    correlation: Correlation
