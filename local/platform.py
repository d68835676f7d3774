"""The whole system, started and stopped as one; also for tests:

with Platform(Options(folder=tmp_path, port=0, scheduled=False)) as platform:
    platform.run_refresh("refresh_market")
    ask(f"{platform.gateway_url}/api/v1/prices/live")
"""

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from types import TracebackType

from shared.core.clock import Clock, SystemClock
from tools.manifests import chosen, read_manifests

from .child import Child, Program
from .delivery import Delivered, deliver
from .display import Display, Silence
from .identity import Accounts, KeyPair, scheduler_claims
from .identity_server import KeySetServer
from .lock import FolderLock
from .migrations import migrate
from .options import Options
from .plan import Plan, make_plan
from .ports import HOST
from .postgres import Postgres
from .schedule import Run
from .scheduler import Scheduler
from .standing import Standing, forget, tell
from .supervisor import Supervisor
from .tasks import TaskServer


class StopRequestedError(Exception):
    """The start was interrupted on purpose."""


class Platform:
    """Everything that `nox -s up` runs, over one data folder; a context manager."""

    def __init__(
        self,
        options: Options,
        *,
        display: Display | None = None,
        clock: Clock | None = None,
        environ: Mapping[str, str] | None = None,
        stopping: threading.Event | None = None,
    ) -> None:
        self.options = options
        self.manifests = chosen(read_manifests(), options.only)
        self.folder = (options.folder / options.source).absolute()
        self.delivered: list[Delivered] = []
        """What the scheduler sent and how it was answered, oldest first."""
        self._display = display or Silence()
        self._clock = clock or SystemClock()
        self._environ = os.environ if environ is None else environ
        self._stopping = stopping or threading.Event()
        self._children: dict[str, Child] = {}
        self._resources = ExitStack()
        self._supervisor: Supervisor | None = None
        self._scheduler: Scheduler | None = None

    def __enter__(self) -> "Platform":
        """Start everything and return when all of it answers; what was started is stopped if that fails."""
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop everything."""
        self.stop()

    def _start(self) -> None:
        self._resources.enter_context(FolderLock(self.folder))
        self._resources.callback(forget, self.folder)
        self._set_logs_aside()
        self._keys = KeyPair(self.folder / "identity")
        google = KeySetServer(self._keys, Accounts(self.folder / "identity"))
        self._resources.callback(google.close)
        self._plan = make_plan(
            self.options,
            self.manifests,
            folder=self.folder,
            google_url=google.url,
            tasks_url=self._start_tasks(),
            environ=self._environ,
            now=self._clock.now(),
        )
        self._resources.callback(self._plan.postgres.tidy)
        # Those that need nobody load while PostgreSQL is made ready: two cores have enough to do with either.
        for program in self._plan.programs:
            self._launch(program)
        self._start_postgres(self._plan.postgres)
        for program in self._plan.programs:
            self._await(program.name)
        self._supervisor = Supervisor(self._children.values(), self._clock, self._say_loudly)
        functions = {name: self.function_url(name) for name in self.manifests}
        tell(self.folder, Standing(self.database_socket, functions, self._plan.upstreams.url))
        self._start_scheduler(self._plan)

    def _start_tasks(self) -> str:
        takes = {
            name: manifest.instances["dev"].maximum * manifest.concurrency
            for name, manifest in self.manifests.items()
            if manifest.kind == "job"
        }
        tasks = TaskServer(takes, mint=self.mint)
        self._resources.callback(tasks.close)
        return tasks.url

    def _start_postgres(self, postgres: Postgres) -> None:
        self._display.begin("postgres")
        postgres.prepare()
        program = postgres.program()
        self._launch(program, shown=False)
        self._children[program.name].wait_ready(give_up=self._stopping.is_set)
        postgres.bootstrap()
        self._display.end("postgres")
        self._display.begin("migrations")
        migrate(postgres.socket, self.folder / "logs" / "migrations.log")
        self._display.end("migrations")
        self._check_wanted()

    def _launch(self, program: Program, *, shown: bool = True) -> None:
        self._check_wanted()
        if shown:
            self._display.begin(program.name)
        child = Child(program)
        self._children[program.name] = child
        child.start()

    def _await(self, name: str) -> None:
        self._children[name].wait_ready(give_up=self._stopping.is_set)
        self._display.end(name)

    def _check_wanted(self) -> None:
        if self._stopping.is_set():
            raise StopRequestedError

    def _start_scheduler(self, plan: Plan) -> None:
        if self.options.scheduled:
            self._scheduler = Scheduler(plan.jobs, mint=self.mint, clock=self._clock, report=self._note)
            self._scheduler.fire_all()

    def _note(self, delivered: Delivered) -> None:
        self.delivered.append(delivered)
        if not delivered.succeeded:
            status = delivered.status or "no answer"
            self._say_loudly(f"{delivered.run.job.name} failed ({status}); see {self.log_of(delivered.run.job.name)}")

    def _say_loudly(self, text: str) -> None:
        self._display.say(text, loud=True)

    def _set_logs_aside(self) -> None:
        logs = self.folder / "logs"
        logs.mkdir(exist_ok=True)
        for log in logs.glob("*.log"):
            log.replace(log.with_suffix(".log.before"))

    def look(self) -> None:
        """Restart what fell and start the refreshes that are due; to be called a few times a second."""
        if self._supervisor:
            self._supervisor.look()
        if self._scheduler:
            self._scheduler.look()

    def wait_until(self, condition: Callable[[], bool], *, within_s: float) -> bool:
        """Watch over the children until a condition holds; return whether it did in time."""
        deadline = self._clock.monotonic() + within_s
        while not condition():
            if self._stopping.wait(0.05) or self._clock.monotonic() > deadline:
                return False
            self.look()
        return True

    def stop(self) -> None:
        """Stop everything: first those that ask, then those that answer, PostgreSQL last."""
        self._stopping.set()
        if self._scheduler:
            self._scheduler.close()
        postgres = self._children.get("postgres")
        others = [child for child in self._children.values() if child is not postgres]
        for child in others:
            child.ask_to_stop()
        for child in others:
            child.stop()
        if postgres:
            postgres.stop()
        self._resources.close()

    def kill_all(self) -> None:
        """End every process at once."""
        for child in list(self._children.values()):
            child.kill()

    @property
    def gateway_url(self) -> str:
        """Return where callers reach the API."""
        return self._plan.gateway_url

    @property
    def sandbox_url(self) -> str:
        """Return where the stand-in for the providers is, with its `/admin`; only in sandbox and replay."""
        if self._plan.upstreams.url is None:
            raise ValueError("live data has no stand-in")
        return self._plan.upstreams.url

    @property
    def database_socket(self) -> str:
        """Return PostgreSQL's unix socket."""
        return self._plan.postgres.socket

    @property
    def documents_kind(self) -> str:
        """Return `firestore` or `embedded`."""
        return self._plan.documents.kind

    @property
    def job_count(self) -> int:
        """Return how many refreshes are scheduled."""
        return len(self._plan.jobs)

    def function_url(self, name: str) -> str:
        """Return where a function is reached without the gateway."""
        return f"http://{HOST}:{self._plan.ports[name]}"

    def child(self, name: str) -> Child:
        """Return a server: a function's name, `postgres`, `gateway`, `documents`, `sandbox` or `replay`."""
        return self._children[name]

    def log_of(self, name: str) -> str:
        """Return the path of a server's log."""
        return str(self._children[name].program.log)

    def mint(self, audience: str) -> str:
        """Return a token of the scheduler's account."""
        return self._keys.mint(scheduler_claims(audience, self._clock.now()))

    def run_refresh(self, name: str) -> Delivered:
        """Run a refresh as the scheduler would, once, and return how it went."""
        job = next(job for job in self._plan.jobs if job.name == name)
        run = Run(job, self._clock.now())
        return deliver(run, self.mint, pause=lambda _: True)
