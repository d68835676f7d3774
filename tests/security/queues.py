"""A task queue that takes everything and hands out nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .functions import API


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def task_queue() -> Iterator[dict[str, str]]:
    """Serve it; what is returned tells a function of it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Taking)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    jobs = {name: "projects/p/locations/l/queues/q" for each in API.values() for name in each.enqueues}
    yield {
        "JOB_QUEUES": ",".join(f"{name}={queue}" for name, queue in jobs.items()),
        "JOB_URLS": ",".join(f"{name}=http://127.0.0.1:9" for name in jobs),
        "CLOUD_TASKS_URL": f"http://127.0.0.1:{server.server_port}",
    }
    server.shutdown()
    server.server_close()
    thread.join()
