"""Cloud Scheduler's stand-in: fires every refresh once at the start and then whenever its cron says so."""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta

from shared.core.clock import Clock
from tools.manifests import Manifest

from .delivery import Delivered, Mint, deliver
from .ports import HOST
from .schedule import Job, Run, Schedule

_GRACE = timedelta(seconds=5)
"""An attempt may last a little longer than the function's own timeout, whose answer is the better one."""


def jobs_of(manifests: Mapping[str, Manifest], ports: Mapping[str, int]) -> list[Job]:
    """Return the jobs that the manifests describe."""
    return [
        Job(
            manifest.name,
            manifest.schedule,
            f"http://{HOST}:{ports[manifest.name]}",
            _deadline(manifest),
            manifest.after,
        )
        for manifest in manifests.values()
        if manifest.schedule
    ]


def _deadline(manifest: Manifest) -> timedelta:
    return timedelta(seconds=manifest.timeout_s) + _GRACE


class Scheduler:
    """Runs jobs in threads; `look` decides, so that tests need no clock of their own."""

    def __init__(
        self,
        jobs: Iterable[Job],
        *,
        mint: Mint,
        clock: Clock,
        report: Callable[[Delivered], None],
        executor: Executor | None = None,
    ) -> None:
        self._clock = clock
        self._schedule = Schedule(jobs, clock.now())
        self._mint = mint
        self._report = report
        self._executor = executor or ThreadPoolExecutor(max_workers=16, thread_name_prefix="refresh")
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._held: set[Job] = set()
        self._done: set[str] = set()

    def fire_all(self) -> None:
        """Start every job now, so that there is data before the first tick; one that needs another's data starts after it."""
        with self._lock:
            self._held = {job for job in self._schedule.jobs if job.after}
            free = [job for job in self._schedule.jobs if not job.after]
            runs = [self._schedule.take_now(job, self._clock.now()) for job in free]
        self._start(runs)

    def look(self) -> None:
        """Start what is due."""
        with self._lock:
            runs = self._schedule.take_due(self._clock.now())
        self._start(runs)

    def _start(self, runs: Iterable[Run]) -> None:
        for run in runs:
            self._executor.submit(self._run, run)

    def _run(self, run: Run) -> None:
        try:
            delivered = deliver(run, self._mint, pause=self._stopping.wait)
            if not self._stopping.is_set():
                self._report(delivered)
        finally:
            with self._lock:
                self._schedule.finished(run.job)
                self._done.add(run.job.name)
                released = {job for job in self._held if self._done.issuperset(job.after)}
                self._held -= released
                runs = [self._schedule.take_now(job, self._clock.now()) for job in released]
            if not self._stopping.is_set():
                self._start(runs)

    def close(self) -> None:
        """Start nothing more; what runs is left to end by itself."""
        self._stopping.set()
        self._executor.shutdown(wait=False, cancel_futures=True)
