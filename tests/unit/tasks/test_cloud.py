"""Putting a task into Cloud Tasks, over the wire to the stand-in, which hands it to a job."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from local.tasks import QUEUES, Handed, TaskServer
from local.web import ask
from shared.core.errors import SettingsError, TasksUnavailableError
from shared.core.settings import Settings
from shared.tasks.cloud import ADDRESS, CloudTaskQueue, queue_of


class Job:
    """A job that answers what it is told to, and keeps what it was sent."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.sent: list[tuple[dict[str, str], Any]] = []

    def take(self, headers: dict[str, str], body: bytes) -> int:
        self.sent.append((headers, json.loads(body)))
        return self.statuses.pop(0) if self.statuses else 200


@contextmanager
def running(job: Job) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(job.take(dict(self.headers), body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Watched:
    """The stand-in, its pauses counted instead of waited for."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.handed: list[Handed] = []
        self._done = threading.Semaphore(0)
        self.server = TaskServer(
            {"chores": 1}, mint=lambda url: f"token-for-{url}", report=self._note, pause=self._wait
        )

    def _note(self, handed: Handed) -> None:
        self.handed.append(handed)
        self._done.release()

    def _wait(self, seconds: float) -> bool:
        self.pauses.append(seconds)
        return False

    def wait_for(self, attempts: int) -> None:
        for _ in range(attempts):
            assert self._done.acquire(timeout=10)


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    made.server.close()


def queue_over(watched: Watched, url: str, name: str = "chores") -> CloudTaskQueue:
    return CloudTaskQueue(f"{QUEUES}/{name}", url, address=watched.server.url)


async def test_a_task_reaches_its_job_signed_in(watched: Watched) -> None:
    job = Job()
    with running(job) as url:
        await queue_over(watched, url).put("t-1", {"backtest": "b"})
        watched.wait_for(1)

    ((headers, body),) = job.sent
    assert body == {"backtest": "b"}
    assert headers["Authorization"] == f"Bearer token-for-{url}"
    assert (headers["X-CloudTasks-TaskName"], headers["X-CloudTasks-QueueName"]) == ("t-1", "chores")


async def test_a_task_of_the_same_name_is_handed_out_once(watched: Watched) -> None:
    job = Job()
    with running(job) as url:
        queue = queue_over(watched, url)
        await queue.put("t-1", {})
        await queue.put("t-1", {})
        await queue.put("t-2", {})
        watched.wait_for(2)

    assert [headers["X-CloudTasks-TaskName"] for headers, _ in job.sent] == ["t-1", "t-2"]


async def test_what_failed_is_handed_out_again_later_and_later(watched: Watched) -> None:
    job = Job(503, 500, 200)
    with running(job) as url:
        await queue_over(watched, url).put("t-1", {})
        watched.wait_for(3)

    assert [each.status for each in watched.handed] == [503, 500, 200]
    assert watched.pauses == [10.0, 20.0]


async def test_after_five_attempts_it_is_given_up(watched: Watched) -> None:
    job = Job(*[503] * 9)
    with running(job) as url:
        await queue_over(watched, url).put("t-1", {})
        watched.wait_for(5)

    assert len(job.sent) == 5


async def test_a_queue_that_is_unknown_or_away_takes_nothing(watched: Watched) -> None:
    with pytest.raises(TasksUnavailableError, match="404"):
        await queue_over(watched, "http://127.0.0.1:1", "other").put("t", {})
    with pytest.raises(TasksUnavailableError, match="did not answer"):
        await CloudTaskQueue(f"{QUEUES}/chores", "http://127.0.0.1:1", address="http://127.0.0.1:1").put("t", {})


async def test_a_queue_that_nobody_named_is_a_mistake_of_ours() -> None:
    with pytest.raises(SettingsError):
        await queue_of("chores", Settings.from_environment({})).put("t", {})


def test_the_settings_name_queue_and_address() -> None:
    environment = {"JOB_QUEUES": f"other=x,chores={QUEUES}/chores", "JOB_URLS": "chores=https://work.example"}

    found = queue_of("chores", Settings.from_environment(environment))

    assert vars(found)["_queue"] == f"{QUEUES}/chores"
    assert (vars(found)["_url"], vars(found)["_address"]) == ("https://work.example", ADDRESS)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"[]",
        b'{"task": {}}',
        json.dumps({"task": {"name": f"{QUEUES}/chores/tasks/t", "httpRequest": {"url": "x"}}}).encode(),
    ],
)
def test_the_stand_in_refuses_what_is_no_task(watched: Watched, sent: bytes) -> None:
    reply = ask(f"{watched.server.url}/v2/{QUEUES}/chores/tasks", method="POST", body=sent)

    assert reply is not None
    assert reply.status == 400


def test_the_wire_form_is_that_of_cloud_tasks(watched: Watched) -> None:
    # https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks/create
    request = {"url": "http://127.0.0.1:1", "httpMethod": "POST", "body": base64.b64encode(b"{}").decode()}
    task = {"task": {"name": f"{QUEUES}/chores/tasks/t", "httpRequest": request}}

    reply = ask(f"{watched.server.url}/v2/{QUEUES}/chores/tasks", method="POST", body=json.dumps(task).encode())

    assert reply is not None
    assert (reply.status, json.loads(reply.body)) == (200, {"name": f"{QUEUES}/chores/tasks/t"})
