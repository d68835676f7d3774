"""Cloud Tasks' stand-in: takes tasks by its REST protocol and hands them to the job functions, again after failures."""

import base64
import json
import re
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .delivery import Mint
from .ports import HOST
from .web import ask

_PATH = re.compile(r"^/v2/(projects/[^/]+/locations/[^/]+/queues/([^/]+))/tasks$")
_LARGEST_BODY = 1_100_000
QUEUES = "projects/demo-cryptoprism/locations/local/queues"
"""Where all of them are; each is named like its function."""
ATTEMPTS = 5
FIRST_PAUSE_S = 10.0
LONGEST_PAUSE_S = 300.0


@dataclass(frozen=True, slots=True)
class Task:
    """One task as it was put into a queue."""

    name: str
    queue: str
    url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Handed:
    """How one attempt went: the answer's status, `None` without one."""

    task: Task
    attempt: int
    status: int | None


@dataclass(slots=True)
class _Queue:
    workers: ThreadPoolExecutor
    names: set[str] = field(default_factory=set)


class TaskServer:
    """Serves on a free port, in threads: one queue for each job, as many at a time as its function takes.

    Args:
        concurrency: Of each queue, by its name.
        mint: Makes the token that the queue signs in with.
        report: Told of each attempt.
        pause: Waits so many seconds, or returns `True` at once when the platform stops.
        deadline_s: How long an attempt may take.
    """

    def __init__(
        self,
        concurrency: Mapping[str, int],
        *,
        mint: Mint,
        report: Callable[[Handed], None] = lambda _: None,
        pause: Callable[[float], bool] | None = None,
        deadline_s: float = 600.0,
    ) -> None:
        self._stopping = threading.Event()
        self._mint = mint
        self._report = report
        self._pause = pause or self._stopping.wait
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._queues = {
            name: _Queue(ThreadPoolExecutor(max_workers=most, thread_name_prefix=f"tasks-{name}"))
            for name, most in concurrency.items()
        }
        self._server = ThreadingHTTPServer((HOST, 0), _handler_of(self._take))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="tasks", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Return the address that stands in for Cloud Tasks'."""
        return f"http://{HOST}:{self._server.server_port}"

    def close(self) -> None:
        """Take nothing more and hand out nothing more; what runs ends by itself."""
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for queue in self._queues.values():
            queue.workers.shutdown(wait=False, cancel_futures=True)

    def _take(self, path: str, sent: bytes) -> tuple[int, Mapping[str, object]]:
        found = _PATH.match(path)
        queue = self._queues.get(found[2]) if found else None
        if found is None or queue is None:
            return 404, _error(404, "NOT_FOUND")
        try:
            task = _task_of(found[1], found[2], sent)
        except (KeyError, TypeError, ValueError):
            return 400, _error(400, "INVALID_ARGUMENT")
        with self._lock:
            if task.name in queue.names:
                return 409, _error(409, "ALREADY_EXISTS")
            queue.names.add(task.name)
        queue.workers.submit(self._hand_out, task)
        return 200, {"name": task.name}

    def _hand_out(self, task: Task) -> None:
        pause = FIRST_PAUSE_S
        for attempt in range(ATTEMPTS):
            if self._stopping.is_set():
                return
            status = self._attempt(task, attempt)
            self._report(Handed(task, attempt, status))
            if (status is not None and 200 <= status < 300) or self._pause(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE_S)

    def _attempt(self, task: Task, attempt: int) -> int | None:
        headers = {
            "Authorization": f"Bearer {self._mint(task.url)}",
            "Content-Type": "application/json",
            "User-Agent": "Google-Cloud-Tasks",
            "X-CloudTasks-QueueName": task.queue,
            "X-CloudTasks-TaskName": task.name.rpartition("/")[2],
            "X-CloudTasks-TaskRetryCount": str(attempt),
            "X-CloudTasks-TaskETA": f"{time.time():.3f}",
        }
        reply = ask(task.url, method="POST", headers=headers, body=task.body, timeout_s=self._deadline_s)
        return reply.status if reply else None


def _task_of(parent: str, queue: str, sent: bytes) -> Task:
    given = json.loads(sent)["task"]
    request = given["httpRequest"]
    name = str(given["name"])
    if not name.startswith(f"{parent}/tasks/") or request["httpMethod"] != "POST":
        raise ValueError(name)
    return Task(name, queue, str(request["url"]), base64.b64decode(request["body"], validate=True))


def _error(status: int, code: str) -> Mapping[str, object]:
    return {"error": {"code": status, "status": code, "message": code}}


def _handler_of(take: Callable[[str, bytes], tuple[int, Mapping[str, object]]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            if length > _LARGEST_BODY:
                self._answer(413, _error(413, "INVALID_ARGUMENT"))
                return
            self._answer(*take(self.path, self.rfile.read(length)))

        def _answer(self, status: int, document: Mapping[str, object]) -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the display belongs to the platform."""

    return Handler
