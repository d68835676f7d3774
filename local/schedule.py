"""When refreshes are due: cron in UTC, one run of a job at a time, never two for one tick."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cronsim import CronSim


@dataclass(frozen=True, slots=True)
class Job:
    """One scheduled refresh: its name, its cron expression, where it is, how long an attempt may take, whose data it needs."""

    name: str
    cron: str
    url: str
    deadline: timedelta
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One due run; job and time name it, also when it is delivered twice."""

    job: Job
    scheduled_for: datetime


class Schedule:
    """Tells which runs are due; what is missed while a run lasts becomes one run after its end, as in the cloud."""

    def __init__(self, jobs: Iterable[Job], now: datetime) -> None:
        self._next = {job: next_tick(job.cron, now) for job in jobs}
        self._running: set[Job] = set()

    @property
    def jobs(self) -> list[Job]:
        """Return all jobs."""
        return list(self._next)

    def take_due(self, now: datetime) -> list[Run]:
        """Return the runs whose time has come and mark their jobs as running."""
        due = [job for job, at in self._next.items() if at <= now and job not in self._running]
        return [self._take(job, now) for job in due]

    def take_now(self, job: Job, now: datetime) -> Run:
        """Return a run out of turn and mark its job as running."""
        self._running.add(job)
        return Run(job, now.replace(microsecond=0))

    def finished(self, job: Job) -> None:
        """Let the job's next run start."""
        self._running.discard(job)

    def _take(self, job: Job, now: datetime) -> Run:
        self._running.add(job)
        at = self._next[job]
        while (following := next_tick(job.cron, at)) <= now:
            at = following
        self._next[job] = following
        return Run(job, at)


def next_tick(cron: str, after: datetime) -> datetime:
    """Return the first time after one at which a cron expression fires, in UTC."""
    following: datetime = next(CronSim(cron, after.astimezone(UTC)))
    return following
