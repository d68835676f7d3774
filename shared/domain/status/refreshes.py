"""From a refresh's kept reports to what a caller wants to know of it, pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.records.refresh import LATE_AFTER_PROMISES, RefreshReport, SourceReport

from .models import ErrorFact, RefreshStatus, RunStatus, SourceRun


@dataclass(frozen=True, slots=True)
class Runs:
    """What is kept of one refresh: its latest run and its latest good one."""

    last: RefreshReport | None = None
    last_success: RefreshReport | None = None


def refresh_status(refresh: str, promise: timedelta, runs: Runs, *, now: datetime) -> RefreshStatus:
    """Return one refresh's status."""
    good = runs.last_success
    succeeded_at = (good.finished_at or good.started_at) if good else None
    # Another machine wrote the time; its clock may run ahead of ours.
    age = max(now - succeeded_at, timedelta()) if succeeded_at else None
    return RefreshStatus(
        id=refresh,
        promise_s=int(promise.total_seconds()),
        last_success_at=succeeded_at,
        age_s=int(age.total_seconds()) if age is not None else None,
        late=age is None or age > promise * LATE_AFTER_PROMISES,
        rows=good.rows if good else None,
        last_run=_run(runs.last) if runs.last else None,
    )


def _run(report: RefreshReport) -> RunStatus:
    took = report.finished_at - report.started_at if report.finished_at else None
    return RunStatus(
        outcome=report.outcome,
        started_at=report.started_at,
        finished_at=report.finished_at,
        duration_ms=round(took.total_seconds() * 1000) if took is not None else None,
        rows=report.rows,
        unmatched=report.unmatched,
        steps=report.steps,
        sources=[_source(source) for source in report.sources],
        detail=report.detail,
    )


def _source(source: SourceReport) -> SourceRun:
    failed = source.error is not None or source.error_code is not None
    error = ErrorFact(code=source.error_code or "unknown", detail=source.error or "") if failed else None
    return SourceRun(provider=source.provider, rows=source.rows, latency_ms=source.latency_ms, error=error)
