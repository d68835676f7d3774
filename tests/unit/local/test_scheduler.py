import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from local.delivery import Delivered, deliver
from local.schedule import Job, Run
from local.scheduler import Scheduler, jobs_of
from tests.clocks import NOON, SteppingClock
from tools.manifests import read_manifests


class InlineExecutor(Executor):
    """Runs at once, in the caller's thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        fn(*args, **kwargs)
        return Future()


class RefreshStub:
    """A refresh function that notes what it is sent and answers with the statuses it was given, the last for ever."""

    def __init__(self) -> None:
        self.statuses = [200]
        self.requests: list[dict[str, str]] = []
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                stub.requests.append({name.lower(): value for name, value in self.headers.items()})
                status = stub.statuses.pop(0) if len(stub.statuses) > 1 else stub.statuses[0]
                body = json.dumps({"rows": 3}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def refresh() -> Iterator[RefreshStub]:
    stub = RefreshStub()
    thread = Thread(target=stub.server.serve_forever, args=(0.01,))
    thread.start()
    yield stub
    stub.server.shutdown()
    thread.join()
    stub.server.server_close()


def scheduler_over(refresh: RefreshStub, clock: SteppingClock, noted: list[Delivered]) -> Scheduler:
    job = Job("refresh_market", "* * * * *", refresh.url, timedelta(seconds=5))
    return Scheduler(
        [job],
        mint=lambda audience: f"token for {audience}",
        clock=clock,
        report=noted.append,
        executor=InlineExecutor(),
    )


def test_every_refresh_runs_at_the_start_and_then_at_its_ticks(refresh: RefreshStub) -> None:
    clock, noted = SteppingClock(), list[Delivered]()
    scheduler = scheduler_over(refresh, clock, noted)

    scheduler.fire_all()
    scheduler.look()
    clock.advance(60)
    scheduler.look()

    assert [request["x-cloudscheduler-scheduletime"] for request in refresh.requests] == [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:01:00Z",
    ]
    assert [delivered.report for delivered in noted] == [{"rows": 3}, {"rows": 3}]


def test_a_refresh_that_needs_anothers_data_begins_after_it(refresh: RefreshStub) -> None:
    clock, noted = SteppingClock(), list[Delivered]()
    soon = timedelta(seconds=5)
    jobs = [
        Job("third", "0 * * * *", refresh.url, soon, ("first", "second")),
        Job("second", "0 * * * *", refresh.url, soon, ("first",)),
        Job("first", "0 * * * *", refresh.url, soon),
    ]
    scheduler = Scheduler(jobs, mint=str, clock=clock, report=noted.append, executor=InlineExecutor())

    scheduler.fire_all()
    clock.advance(3600)
    scheduler.look()

    assert [delivered.run.job.name for delivered in noted[:3]] == ["first", "second", "third"]
    assert len(noted) == 6


def test_a_request_looks_like_cloud_schedulers(refresh: RefreshStub) -> None:
    scheduler_over(refresh, SteppingClock(), []).fire_all()

    (request,) = refresh.requests
    assert request["authorization"] == f"Bearer token for {refresh.url}"
    assert request["x-cloudscheduler"] == "true"
    assert request["x-cloudscheduler-jobname"] == "refresh_market"
    assert request["user-agent"] == "Google-Cloud-Scheduler"


def test_a_failed_delivery_is_repeated_once_after_five_seconds(refresh: RefreshStub) -> None:
    refresh.statuses = [503, 200]
    pauses = list[float]()

    def pause(seconds: float) -> bool:
        pauses.append(seconds)
        return False

    run = Run(Job("refresh_market", "* * * * *", refresh.url, timedelta(seconds=5)), NOON)

    delivered = deliver(run, str, pause=pause)

    assert (delivered.status, pauses) == (200, [5.0])
    first, second = refresh.requests
    assert first["x-cloudscheduler-scheduletime"] == second["x-cloudscheduler-scheduletime"]


def test_a_refresh_that_does_not_answer_is_a_failure_without_status(refresh: RefreshStub) -> None:
    run = Run(Job("refresh_market", "* * * * *", "http://127.0.0.1:9", timedelta(seconds=1)), NOON)

    delivered = deliver(run, str, pause=lambda _: True)

    assert (delivered.status, delivered.succeeded) == (None, False)


def test_jobs_come_from_the_manifests() -> None:
    manifests = read_manifests()

    jobs = jobs_of(manifests, dict.fromkeys(manifests, 1234))

    assert {job.name for job in jobs} == {name for name, manifest in manifests.items() if manifest.kind == "refresh"}
    assert all(job.deadline > timedelta(seconds=manifests[job.name].timeout_s) for job in jobs)
