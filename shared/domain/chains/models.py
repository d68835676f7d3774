"""What answers about chains look like. They document; PostgreSQL builds the answers, and the tests compare the two.

`null` means that nobody told it; a metric that is not listed is not supported.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from shared.records.chains import Kind, Metric, Resolution

_LATEST: dict[str, JsonValue] = {
    "chain": "ethereum",
    "metric": "tvl_usd",
    "value": 52875523609.47606,
    "change_week_pct": 3.21,
    "change_month_pct": -8.4,
    "change_quarter_pct": None,
    "observed_at": "2026-03-01T12:07:03.000Z",
    "resolution": "now",
    "source": "defillama",
    "known_at": "2026-03-01T12:07:03.000Z",
    "stale": False,
}
_ABOUT: dict[str, JsonValue] = {
    "chain": "ethereum",
    "name": "Ethereum",
    "token_id": "ethereum",
    "coin_id": "ethereum",
    "evm_chain_id": 1,
}


class Sources(BaseModel):
    """Who tells a metric, first choice first; the others stand in. `artemis` does where the operator has a key."""

    now: list[str] = Field(description="Of the moment.", examples=[["blockchain_com", "mempool_space", "blockchair"]])
    day: list[str] = Field(description="Of whole days.", examples=[["coinmetrics", "blockchain_com"]])


class SupportedMetric(BaseModel):
    """One metric that a chain has."""

    metric: Metric
    unit: str = Field(description="What it is counted in.", examples=["USD"])
    kind: Kind = Field(description="`flow` adds up over a day; `level` is so at a moment.")
    description: str = Field(examples=["Transaction fees paid to the chain."])
    sources: Sources


class ChainAbout(BaseModel):
    """One chain."""

    chain: str = Field(description="Stands for the chain in every path and parameter.", examples=["ethereum"])
    name: str = Field(examples=["Ethereum"])
    token_id: str | None = Field(description="Its own token, of which price and supply are told; null without one.")
    coin_id: str = Field(description="The token that its fees are paid in.", examples=["ethereum"])
    evm_chain_id: int | None = Field(description="Its number where it runs Ethereum's machine.", examples=[1])


class SupportedChain(ChainAbout):
    """One chain and what is known of it."""

    metrics: list[SupportedMetric] = Field(description="What is not listed is told by nobody.")


class LatestMetric(BaseModel):
    """The latest value of one metric of one chain."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LATEST]})

    chain: str
    metric: Metric
    value: float | None = Field(
        description="In the metric's unit; flows are those of a day. Null before the first reading."
    )
    change_week_pct: float | None = Field(
        description="Percent within 7 days, against the same source; null when unknown."
    )
    change_month_pct: float | None = Field(description="Percent within 30 days.")
    change_quarter_pct: float | None = Field(description="Percent within 91 days.")
    observed_at: datetime | None = Field(description="The moment it is of, or the beginning of the UTC day.")
    resolution: Resolution | None = Field(description="`now` for a moment, `day` for a whole UTC day.")
    source: str | None = Field(
        description="Who said it; `quotes` for our own, `+quotes` where coins became dollars by them.",
        examples=["defillama"],
    )
    known_at: datetime | None = Field(description="When we learned it.")
    stale: bool | None = Field(description="Whether a new value is overdue: 18 hours for a moment, 3 days for a day.")


class RankedMetric(LatestMetric):
    """The same metric of one chain beside others."""

    model_config = ConfigDict(json_schema_extra={"examples": [_LATEST | {"rank": 1, "share_pct": 61.2}]})

    rank: int | None = Field(description="1 for the largest of those shown; null without a value.", ge=1)
    share_pct: float | None = Field(description="Percent of the sum of those shown.")


class ChainSummary(ChainAbout):
    """One chain and the latest value of each of its metrics."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ABOUT | {"metrics": [_LATEST]}]})

    metrics: list[LatestMetric]


MetricPoint = tuple[int, float]
"""[milliseconds since 1970, value]"""

HistoryForm = Literal["json", "csv", "ndjson"]
