"""What a refresh did: the report that the ledger keeps and a second delivery is answered with."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Outcome = Literal["running", "succeeded", "degraded", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """One provider's part in a run."""

    provider: str
    rows: int
    latency_ms: float | None
    error: str | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshReport:
    """One run of one refresh function, kept in the document `refresh_runs/{key}`."""

    refresh: str
    key: str
    started_at: datetime
    outcome: Outcome = "running"
    finished_at: datetime | None = None
    steps: dict[str, float] = field(default_factory=dict)
    """Milliseconds by step, in the order in which they ran."""
    rows: int = 0
    sources: tuple[SourceReport, ...] = ()
    unmatched: int = 0
    """Records that no token could be found for."""
    detail: str | None = None
