"""What a backtest is asked by, and what answers about backtests look like."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shared.domain.indices.models import Performance
from shared.domain.indices.rules import Rebalance, Weighting

MOST_NAMED = 200

TokenId = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]
Level = Annotated[float, Field(strict=True, ge=0, le=1)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True, allow_inf_nan=False)


class Universe(_Asked):
    """Which tokens it may hold; stablecoins, wrapped, staked and leveraged tokens it never does."""

    top: int = Field(
        strict=True, default=100, ge=1, le=100, description="How many, by capitalisation at each rebalance."
    )
    only: list[TokenId] = Field(
        default_factory=list,
        max_length=MOST_NAMED,
        description="Token ids it chooses from; empty for all.",
        examples=[["bitcoin", "ethereum"]],
    )
    never: list[TokenId] = Field(
        default_factory=list,
        max_length=MOST_NAMED,
        description="Token ids it never holds.",
        examples=[["dogecoin"]],
    )


class ConstantExposure(_Asked):
    """Always the same share invested."""

    kind: Literal["constant"] = "constant"
    level: Level = Field(default=1.0, description="Share invested.")


class GaugeExposure(_Asked):
    """The regime's gauge says how much is invested."""

    kind: Literal["gauge"]
    levels: list[Level] = Field(
        default=[0.0, 0.25, 0.5, 0.75, 1.0],
        min_length=5,
        max_length=5,
        description="Share invested from strong bearish to strong bullish.",
    )


class MovingAverageExposure(_Asked):
    """Everything while bitcoin closes above its mean, else nothing."""

    kind: Literal["moving_average"]
    days: int = Field(strict=True, default=200, ge=2, le=730, description="Days of the mean.")


class DonchianExposure(_Asked):
    """Bitcoin's breakouts over nine lookbacks, scaled to a volatility."""

    kind: Literal["donchian"]
    target_volatility: float = Field(strict=True, default=0.25, gt=0, le=2, description="A year, as a share.")


class TwoStatesExposure(_Asked):
    """Everything while the better of two hidden states of bitcoin's returns is the more probable one."""

    kind: Literal["two_states"]


AnyExposure = Annotated[
    ConstantExposure | GaugeExposure | MovingAverageExposure | DonchianExposure | TwoStatesExposure,
    Field(discriminator="kind", description="How much is invested, by `kind`."),
]


class CostsAsked(_Asked):
    """What trading costs."""

    fee_bp: float = Field(strict=True, default=10.0, ge=0, le=500, description="Basis points of what is traded.")
    slippage: float = Field(
        strict=True,
        default=1.0,
        ge=0,
        le=20,
        description="Multiplies the slippage by rank: 2 bp to rank 10, 10 to 50, 25 to 100, 50 beyond.",
    )
    delisting_penalty: float = Field(
        strict=True, default=0.5, ge=0, le=1, description="Share of the last price lost when a token stops trading."
    )


class BacktestRequest(_Asked):
    """A strategy and the days to try it on."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        allow_inf_nan=False,
        json_schema_extra={
            "examples": [
                {
                    "name": "Top 20 by the gauge",
                    "universe": {"top": 20},
                    "exposure": {"kind": "gauge"},
                    "rebalance": "weekly",
                    "from": "2019-01-01",
                }
            ]
        },
    )

    name: str | None = Field(default=None, max_length=80, description="For the one who asks.")
    universe: Universe = Field(default_factory=Universe)
    weighting: Weighting = Field(default="market_cap", description="By what weights are reckoned.")
    cap: float = Field(
        strict=True, default=0.25, gt=0, le=1, description="The most that one token has of what is invested."
    )
    rebalance: Rebalance = Field(default="weekly", description="How often members are chosen.")
    exposure: AnyExposure = Field(default_factory=ConstantExposure)
    costs: CostsAsked = Field(default_factory=CostsAsked)
    delay_days: int = Field(
        strict=True,
        default=0,
        ge=0,
        le=30,
        description="Days between a decision and the open that carries it out, beyond the next.",
    )
    first: date | None = Field(
        default=None, alias="from", description="First day; five years before `to` by default.", examples=["2019-01-01"]
    )
    last: date | None = Field(
        default=None, alias="to", description="The day after the last one; today by default.", examples=["2025-01-01"]
    )


class BacktestTold(BaseModel):
    """A backtest: how far it is and, when it is done, its report."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "20260301120000-1f2e3d4c5b6a7988",
                    "state": "running",
                    "progress": 0.42,
                    "created_at": "2026-03-01T12:00:00Z",
                    "updated_at": "2026-03-01T12:00:09Z",
                    "request": {"universe": {"top": 20, "only": [], "never": []}, "exposure": {"kind": "gauge"}},
                    "detail": None,
                    "report": None,
                }
            ]
        }
    )

    id: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    progress: float = Field(description="0 to 1.", ge=0, le=1)
    created_at: datetime
    updated_at: datetime
    request: dict[str, Any] = Field(description="As it was asked, with everything filled in.")
    detail: str | None = Field(description="Why it failed.")
    report: Performance | None = Field(description="When it is done; null in lists and before.")
