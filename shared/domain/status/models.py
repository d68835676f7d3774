"""The shape of the answers about the platform itself."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.records.provider import Kind
from shared.records.refresh import Outcome

ProviderStateName = Literal["healthy", "half_open", "open", "rate_limited", "quota_spent", "disabled", "unknown"]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True)


class ErrorFact(_Fact):
    """What went wrong."""

    code: str = Field(examples=["rate_limited"], description="Machine-readable; the same names as in error answers.")
    detail: str = Field(examples=["coingecko: rate limited for 60 s"])
    at: datetime | None = None


class QuotaStatus(_Fact):
    """One published limit of a provider."""

    limit: int = Field(ge=0, examples=[30], description="Requests allowed in a window.")
    window_s: int = Field(gt=0, examples=[60], description="Length of the window in seconds.")
    used: int = Field(ge=0, examples=[3])
    left: int = Field(ge=0, examples=[27])
    resets_at: datetime | None = Field(description="`null` when no window is running, so nothing is used.")


class ProviderStatus(_Fact):
    """One provider at one kind of facts: may it be asked, and how has it been answering?"""

    id: str = Field(examples=["coingecko"])
    family: str = Field(examples=["coingecko"], description="Providers of one family count as one source.")
    kind: Kind | None = Field(
        examples=["candles"], description="What it is asked for: one provider may serve several kinds."
    )
    state: ProviderStateName = Field(
        description=(
            "`healthy` asked in its turn; `half_open` the next request is a trial; `open` resting after failures; "
            "`rate_limited` it asked for patience; `quota_spent` saved because a published limit is nearly used up; `disabled` not "
            "configured or switched off; `unknown` never asked."
        )
    )
    circuit: Literal["closed", "open", "half_open"] | None = Field(description="`null` when it was never asked.")
    success_rate: float | None = Field(
        ge=0, le=1, examples=[0.98], description="Share of good answers, newest weighing most."
    )
    latency_ms: float | None = Field(ge=0, examples=[183.4], description="Mean of good answers, newest weighing most.")
    successes: int = Field(ge=0)
    failures: int = Field(ge=0)
    consecutive_failures: int = Field(ge=0)
    quotas: list[QuotaStatus]
    cooldown_until: datetime | None = Field(description="It is not asked before; `null` when it may be asked now.")
    last_success_at: datetime | None
    last_failure_at: datetime | None
    last_error: ErrorFact | None = Field(description="Of the latest failure, even when it has recovered since.")
    key_in_use: int | None = Field(description="0 for the primary API key, 1 for the first backup; `null` without key.")
    keys_rejected: int = Field(ge=0, description="How many of its API keys it has refused.")
    disabled_reason: str | None


class SourceRun(_Fact):
    """One provider's part in a run."""

    provider: str = Field(examples=["binance"])
    rows: int = Field(ge=0)
    latency_ms: float | None
    error: ErrorFact | None


class RunStatus(_Fact):
    """The latest run of a refresh, whatever came of it."""

    outcome: Outcome
    started_at: datetime
    finished_at: datetime | None = Field(description="`null` while it runs, or when it was cut off.")
    duration_ms: int | None
    rows: int = Field(ge=0, description="Rows stored.")
    unmatched: int = Field(ge=0, description="Records for which no token could be found.")
    steps: dict[str, float] = Field(
        examples=[{"fetch": 640.2, "store": 81.5}], description="Milliseconds by step, in the order they ran."
    )
    sources: list[SourceRun]
    detail: str | None


class RefreshStatus(_Fact):
    """One refresh: how old is what it stored, against what it promises?"""

    id: str = Field(examples=["refresh_market"])
    promise_s: int = Field(gt=0, examples=[60], description="Age that its data may reach.")
    last_success_at: datetime | None
    age_s: int | None = Field(ge=0, description="Seconds since the last success; `null` before the first.")
    late: bool = Field(description="Nothing has succeeded within three promises.")
    rows: int | None = Field(description="Rows stored by the last success.")
    last_run: RunStatus | None


class StatusSummary(_Fact):
    """The status in four numbers."""

    providers: int
    providers_usable: int = Field(description="Those that are `healthy` or `half_open`.")
    refreshes: int
    refreshes_late: int


class PlatformStatus(_Fact):
    """Every provider and every refresh."""

    summary: StatusSummary
    providers: list[ProviderStatus]
    refreshes: list[RefreshStatus]


class DependencyHealth(_Fact):
    """One store's answer to a small question asked just now."""

    state: Literal["up", "down"]
    latency_ms: float | None = Field(description="`null` when it gave no good answer.")
    error: ErrorFact | None


class Health(_Fact):
    """This function's process and the stores underneath it."""

    status: Literal["ok", "degraded"] = Field(
        description="`degraded` when a store is down; cached answers still go out."
    )
    function: str = Field(examples=["system"])
    revision: str = Field(examples=["system-00042-abc"])
    checked_at: datetime
    checks: dict[str, DependencyHealth] = Field(description="`postgresql` and `documents`.")


class Liveness(_Fact):
    """The process answers."""

    status: Literal["ok"]
    function: str
    revision: str
