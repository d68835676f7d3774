"""Serving on 127.0.0.1: in the foreground for the command line, in a thread for tests."""

import signal
import socket
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.app import Sandbox
from sandbox.asgi import App
from sandbox.clock import SandboxClock
from sandbox.market import Market
from sandbox.spoiling import TRANSPORT


class _WithTransport(HttpToolsProtocol):
    """uvicorn's protocol, handing its transport to the application: a TCP reset needs it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: self.transport}  # type: ignore[dict-item]


class _Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()


@dataclass(frozen=True)
class Served:
    """A running server; `sandbox` is its application, when it is one of ours to look into."""

    url: str
    app: App

    @property
    def port(self) -> int:
        """The port on 127.0.0.1."""
        return int(self.url.rpartition(":")[2])


def run(app: App, port: int, line: str) -> None:
    """Serve in the foreground until SIGTERM or SIGINT, which end it cleanly; print `line` with the address when ready."""
    try:
        bound = _bind(port)
    except OSError as error:
        sys.exit(f"cannot listen on 127.0.0.1:{port}: {error.strerror}")

    def ready() -> None:
        sys.stdout.write(f"{line} on {_url(bound)}\n")
        sys.stdout.flush()

    # uvicorn raises the signal again after its shutdown; ending was all it asked for.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    _Server(_config(app), ready).run(sockets=[bound])


@contextmanager
def serve_app(app: App, port: int = 0) -> Iterator[Served]:
    """Serve an application in a thread for as long as the context lasts; port 0 takes a free one."""
    bound, ready = _bind(port), threading.Event()
    server = _Server(_config(app), ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="sandbox", daemon=True)
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("the sandbox did not start within ten seconds")
    try:
        yield Served(_url(bound), app)
    finally:
        server.should_exit = True
        thread.join(10)
        bound.close()


@contextmanager
def serve(
    *,
    seed: int = 1,
    tokens: int = 200,
    port: int = 0,
    pro_keys: Collection[str] = (),
    coincap_keys: Collection[str] = (),
    frozen_at: datetime | None = None,
    limits: bool = False,
) -> Iterator[Served]:
    """Serve a sandbox in a thread: `with serve(seed=7, tokens=300) as sandbox: get(sandbox.url + "/coingecko/api/v3/ping")`."""
    clock = SandboxClock(frozen_at)
    app = Sandbox(Market(seed, tokens), clock=clock, pro_keys=pro_keys, coincap_keys=coincap_keys, limits=limits)
    with serve_app(app, port) as served:
        yield served


def _config(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_WithTransport,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )


def _bind(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _url(bound: socket.socket) -> str:
    return f"http://127.0.0.1:{bound.getsockname()[1]}"
