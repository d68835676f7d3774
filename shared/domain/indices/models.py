"""What answers about indices look like. They document; the refresher and PostgreSQL build the answers, and the tests compare the two."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .numbers import Figures

Reason = Literal["rebalance", "exposure", "delayed", "delisting", "redenomination"]


def _example(given: dict[str, Any] | None = None, **fields: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [(given or {}) | fields]})


class IndexSummary(BaseModel):
    """An index or baseline at its last close."""

    model_config = _example(
        id="prism-100",
        name="Prism 100",
        kind="index",
        description="The 100 largest tokens, …",
        since="2017-03-05",
        day="2026-02-28",
        value=5210.42,
        change_1d_pct=0.42,
        change_7d_pct=-1.8,
        change_30d_pct=4.02,
        change_365d_pct=None,
        invested=0.7481,
        exposure=0.75,
        holdings=100,
        cagr=0.201,
        volatility=0.38,
        sharpe=0.67,
        max_drawdown=-0.41,
    )

    id: str
    name: str
    kind: Literal["index", "baseline"]
    description: str
    since: date = Field(description="Its first day; what it did before it was first kept is reckoned from history.")
    day: date = Field(description="The UTC day of its last close.")
    value: float = Field(description="USDC; it began with 1,000.", ge=0)
    change_1d_pct: float | None = Field(description="Percent; null before there was such a day.")
    change_7d_pct: float | None = Field(description="Percent.")
    change_30d_pct: float | None = Field(description="Percent.")
    change_365d_pct: float | None = Field(description="Percent.")
    invested: float = Field(description="Share that is not USDC, at the close.", ge=0)
    exposure: float = Field(description="Share that was last decided to be invested.", ge=0, le=1)
    holdings: int = Field(description="How many tokens it holds.", ge=0)
    cagr: float | None = Field(description="Growth a year since the beginning, as a share; 365 days.")
    volatility: float | None = Field(description="Annual standard deviation of daily returns.")
    sharpe: float | None = Field(description="Annual Sharpe ratio against 0.")
    max_drawdown: float | None = Field(description="Deepest fall below a former peak, 0 to -1.")


class SlippageBand(BaseModel):
    """What is lost to slippage up to a rank by capitalisation."""

    model_config = _example(to_rank=10, bp=2.0)

    to_rank: int | None = Field(description="Null for all beyond.")
    bp: float = Field(description="Basis points of what is traded.")


class CostRules(BaseModel):
    """What trading costs."""

    fee_bp: float = Field(description="Basis points of what is traded.", examples=[10.0])
    slippage: float = Field(description="Multiplies the slippage by rank.", examples=[1.0])
    delisting_penalty: float = Field(
        description="Share of the last price lost when a token stops trading.", examples=[0.5]
    )
    slippage_bp: list[SlippageBand]


class StrategyRules(BaseModel):
    """The rules of a strategy."""

    exposure: dict[str, Any] = Field(
        description="How much is invested: `kind` and its parameters.", examples=[{"kind": "Constant", "level": 1.0}]
    )
    top: int = Field(description="How many tokens, by capitalisation.", examples=[100])
    only: list[str] = Field(description="Token ids it chooses from; empty for all.", examples=[["bitcoin"]])
    never: list[str] = Field(description="Token ids that it never holds.", examples=[["tether"]])
    weighting: str = Field(description="By what weights are reckoned.", examples=["market_cap"])
    cap: float = Field(description="The most that one token has of what is invested.", examples=[0.25])
    rebalance: str = Field(description="How often members are chosen.", examples=["weekly"])
    delay_days: int = Field(description="Days between a decision and the open that carries it out, beyond the next.")
    costs: CostRules


class IndexDetail(IndexSummary):
    """An index and its rules."""

    rules: StrategyRules


class Holding(BaseModel):
    """One token that an index holds."""

    model_config = _example(
        {"token_id": "bitcoin", "units": "0.0041", "price_usd": 95000.5, "value_usd": 389.55, "weight": 0.187}
    )

    token_id: str
    units: str = Field(description="Coins, as text.")
    price_usd: float = Field(description="At the close, or the last one before.")
    value_usd: float
    weight: float = Field(description="Share of the whole.", ge=0)


class Holdings(BaseModel):
    """What an index held at a close."""

    index_id: str = Field(examples=["prism-100"])
    day: date = Field(description="The UTC day of the close.")
    value_usd: float = Field(description="The whole.", examples=[2083.1])
    usdc: float = Field(description="What is not invested, USDC.", examples=[520.8])
    usdc_weight: float = Field(description="Its share of the whole.", ge=0, examples=[0.25])
    tokens: list[Holding] = Field(description="Largest first.")


class IndexTransaction(BaseModel):
    """One entry of the log.

    `hash` is the SHA-256 of `previous`, a line feed and the canonical JSON of the other fields (sorted keys, no blanks); the first entry
    names 64 zeros.
    """

    model_config = _example(
        {
            "index_id": "prism-100",
            "sequence": 12,
            "at": "2026-02-23T00:00:00.000Z",
            "recorded_at": "2026-02-23T00:20:04.120Z",
            "origin": "live",
            "token_id": "bitcoin",
            "reason": "rebalance",
            "units": "-0.00012",
            "price_usd": "95000.5",
            "value_usd": "11.40006",
            "fee_usd": "0.01140006",
            "slippage_usd": "0.002280012",
            "previous": "0" * 64,
            "hash": "9f" * 32,
        }
    )

    index_id: str
    sequence: int = Field(description="Its number in the index's log, from 1.")
    at: datetime = Field(description="The open at which it was carried out.")
    recorded_at: datetime = Field(description="When it was written down.")
    origin: Literal["live", "simulated"] = Field(
        description="`simulated` when it was written down over three days after its open: reckoned from history."
    )
    token_id: str
    reason: Reason
    units: str = Field(description="Coins bought; sold when negative; the new number of coins for a redenomination.")
    price_usd: str = Field(description="The open, before slippage; the last price of a delisted token.")
    value_usd: str = Field(description="What was traded, before costs.")
    fee_usd: str
    slippage_usd: str = Field(description="Lost to slippage, or to the penalty of a delisting.")
    previous: str = Field(description="Hash of the entry before.")
    hash: str


class Year(BaseModel):
    """One calendar year."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"year": 2025, "return": 0.12, "volatility": 0.4, "sharpe": 0.5, "max_drawdown": -0.2}]
        }
    )

    year: int
    made: float = Field(alias="return", description="As a share.")
    volatility: float | None
    sharpe: float | None
    max_drawdown: float | None


class DrawdownTold(BaseModel):
    """A fall below a former peak."""

    model_config = _example(peak="2021-11-08", bottom="2022-11-21", recovered=None, depth=-0.41)

    peak: date
    bottom: date
    recovered: date | None = Field(description="Null while it lasts.")
    depth: float = Field(description="0 to -1.")


class BaselineFigures(BaseModel):
    """A baseline under the same costs, on the same days."""

    id: str = Field(examples=["btc-hold"])
    figures: Figures


class Series(BaseModel):
    """Values by day; of long series every so-manieth day, and the last."""

    base: float = Field(description="USDC at the beginning.", examples=[1000.0])
    days: list[int] = Field(description="Milliseconds: the beginning of the UTC day whose close it is.")
    values: list[float] = Field(description="USDC at the close.")
    invested: list[float] = Field(description="Share that is not USDC.")
    baselines: dict[str, list[float]] = Field(description="USDC at the close of each baseline, by its id.")


class Honesty(BaseModel):
    """Everything that may make a good backtest worthless."""

    trials: dict[str, float] | None = Field(
        description="How many strategies were tried, and how much their annual Sharpe ratios deviate.",
        examples=[{"count": 24, "sharpe_deviation": 0.35}],
    )
    deflated_sharpe: dict[str, float] | None = Field(
        description="Probability that the Sharpe ratio is above what the best of so many trials reaches by luck.",
        examples=[{"probability": 0.8, "sharpe": 1.1, "expected_best_by_luck": 0.7, "skewness": -0.3, "kurtosis": 8}],
    )
    overfitting: dict[str, float] | None = Field(
        description="Probability of backtest overfitting by combinatorially symmetric cross-validation over the trials.",
        examples=[
            {"probability": 0.31, "loss_probability": 0.1, "degradation": -0.2, "strategies": 24, "splits": 12870}
        ],
    )
    intervals: dict[str, list[float] | str | None] | None = Field(
        description="95 % intervals by resampling blocks of days.",
        examples=[{"sharpe": [0.1, 1.5], "method": "stationary block bootstrap"}],
    )
    sweep: list[dict[str, float | None]] = Field(
        description="Figures at other costs and delays.",
        examples=[[{"costs_times": 2.0, "delay_days": 0.0, "cagr": 0.1, "sharpe": 0.5, "max_drawdown": -0.4}]],
    )
    random_switches: dict[str, Any] | None = Field(
        description="Share of random switches with equal turnover that it beats; null where it never switches.",
        examples=[{"runs": 200, "beaten": 0.91, "sharpe": 0.7, "sharpe_quantiles": {"5": -0.1, "50": 0.3, "95": 0.8}}],
    )
    survivorship: str = Field(description="Which tokens the history cannot hold.")
    verdict: dict[str, bool | list[str]] = Field(
        description="Whether it passes all of these, and what speaks against it.",
        examples=[{"significant": False, "doubts": ["the interval of the Sharpe ratio holds 0"]}],
    )


class Performance(BaseModel):
    """What a strategy made and risked, beside its baselines, with what it is worth."""

    first: date | None = Field(alias="from", description="First day.")
    last: date | None = Field(alias="to", description="Last day.")
    figures: Figures
    years: list[Year]
    drawdowns: list[DrawdownTold] = Field(description="The five deepest, deepest first.")
    baselines: list[BaselineFigures]
    series: Series
    benchmark: str | None = Field(description="The baseline that it has to beat.", examples=["top-100-hold"])
    honesty: Honesty | None = Field(description="Null for baselines: nothing was chosen.")
