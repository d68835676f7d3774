"""One delivery of Cloud Scheduler: its headers, its token, its deadline, its one retry."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .schedule import Run
from .web import Reply, ask

RETRY_AFTER_S = 5.0

Mint = Callable[[str], str]
"""Makes a token for an audience."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """How a run went: the answer's status (`None` without one) and its report."""

    run: Run
    status: int | None
    report: Mapping[str, Any]

    @property
    def succeeded(self) -> bool:
        """Return whether the scheduler counts it as done."""
        return self.status is not None and 200 <= self.status < 300


def headers_of(run: Run, mint: Mint) -> dict[str, str]:
    """Return what Cloud Scheduler sends.

    Source: https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs
    """
    return {
        "Authorization": f"Bearer {mint(run.job.url)}",
        "User-Agent": "Google-Cloud-Scheduler",
        "Content-Type": "application/octet-stream",
        "X-CloudScheduler": "true",
        "X-CloudScheduler-JobName": run.job.name,
        "X-CloudScheduler-ScheduleTime": _rfc3339(run.scheduled_for),
    }


def deliver(run: Run, mint: Mint, *, pause: Callable[[float], bool]) -> Delivered:
    """Send a run to its function and, unless `pause` says that the platform stops, once more after a failure."""
    first = _attempt(run, mint)
    if first.succeeded or pause(RETRY_AFTER_S):
        return first
    return _attempt(run, mint)


def _attempt(run: Run, mint: Mint) -> Delivered:
    seconds = run.job.deadline.total_seconds()
    reply = ask(run.job.url, method="POST", headers=headers_of(run, mint), timeout_s=seconds)
    return Delivered(run, reply.status if reply else None, _report(reply))


def _report(reply: Reply | None) -> Mapping[str, Any]:
    try:
        report = json.loads(reply.body) if reply else {}
    except ValueError:
        report = {}
    return report if isinstance(report, dict) else {}


def _rfc3339(time: datetime) -> str:
    # Seconds, and less only where there is less: ticks fall on whole minutes, runs out of turn anywhere.
    return time.replace(tzinfo=None).isoformat() + "Z"
