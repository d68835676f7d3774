"""What a refresh did: the report that the ledger keeps and a second delivery is answered with."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from dataclasses import fields as fields_of
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

Outcome = Literal["running", "succeeded", "degraded", "failed"]

REFRESHES: Mapping[str, timedelta] = MappingProxyType(
    {
        "refresh_market": timedelta(seconds=60),
        "refresh_onchain": timedelta(hours=6),
        "maintenance": timedelta(days=1),
        "refresh_sentiment": timedelta(hours=1),
        "refresh_flows": timedelta(minutes=5),
        "refresh_tokens": timedelta(hours=1),
        "refresh_news": timedelta(minutes=5),
        "refresh_candles": timedelta(seconds=60),
        "refresh_depth": timedelta(seconds=60),
        "refresh_trading": timedelta(seconds=60),
        "refresh_scores": timedelta(minutes=30),
        "refresh_screener": timedelta(minutes=5),
        "refresh_signals": timedelta(minutes=5),
        "refresh_regime": timedelta(hours=1),
        "refresh_indices": timedelta(hours=1),
        "refresh_alerts": timedelta(seconds=60),
        "train_models": timedelta(days=7),
        "refresh_predictions": timedelta(hours=1),
    }
)
"""Every refresh and the age its data may reach: `promise_s` of its manifest, which reading code does not carry."""

LATE_AFTER_PROMISES = 3


def is_late(refresh: str, refreshed_at: datetime, *, now: datetime) -> bool:
    """Return whether a refresh's data are older than three of its promises: `meta.stale` of everything made of them."""
    return now - refreshed_at > REFRESHES[refresh] * LATE_AFTER_PROMISES


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


def report_to_fields(report: RefreshReport) -> dict[str, Any]:
    """Return the report as a document's fields; steps become a list, because Firestore's maps forget their order."""
    fields = asdict(report)
    fields["steps"] = [{"name": name, "ms": ms} for name, ms in report.steps.items()]
    fields["sources"] = [asdict(source) for source in report.sources]
    return fields


def report_from_fields(fields: Mapping[str, Any]) -> RefreshReport:
    """Return the report that `report_to_fields` wrote; fields unknown to this version are passed over.

    Raises:
        KeyError: a step without its name or duration.
        TypeError: a field without a default is missing.
    """
    known = _known(RefreshReport, fields)
    known["steps"] = {step["name"]: float(step["ms"]) for step in fields.get("steps", ())}
    known["sources"] = tuple(SourceReport(**_known(SourceReport, source)) for source in fields.get("sources", ()))
    return RefreshReport(**known)


def _known(record: type[RefreshReport] | type[SourceReport], written: Mapping[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields_of(record)}
    return {name: value for name, value in written.items() if name in names}
