"""The rival's processes: Redis, one worker as it is, one whose look-ups always miss.

Its data lies in a database of its own on the platform's PostgreSQL server: same settings, same unix socket, same core.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.child import Child, Program
from local.ports import HOST, free_ports
from local.web import ask

from .keeping import persist
from .ours import pid_of
from .plan import LOAD_CORE, SERVER_CORE
from .processes import pin
from .rival import RivalFolder

_DATABASE = "rival"


@dataclass(frozen=True, slots=True)
class Worker:
    """One running server process."""

    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class RivalServers:
    """What runs, and how one more worker would be started."""

    folder: RivalFolder
    plain: Worker
    uncached: Worker
    environment: Mapping[str, str]
    redis_port: int


@contextmanager
def running_rival(folder: RivalFolder, *, postgres_sockets: Path, logs: Path) -> Iterator[RivalServers]:
    """Seed the rival's database and keep its servers running while the block runs.

    Raises:
        ChildFailedError: a server did not start.
    """
    redis_port, plain_port, uncached_port = free_ports(3)
    environment = _environment(postgres_sockets, redis_port)
    _seed(folder, environment, logs / "rival-seed.log")
    shutil.copyfile(Path(__file__).with_name("uncached_app.py"), folder.application / "uncached_app.py")
    with ExitStack() as running:
        start(running, _redis(redis_port, logs), core=LOAD_CORE)
        plain = _worker(folder, "app", plain_port, environment, logs)
        uncached = _worker(folder, "uncached_app", uncached_port, environment, logs)
        yield RivalServers(
            folder=folder,
            plain=Worker(f"http://{HOST}:{plain_port}", start(running, plain, core=SERVER_CORE)),
            uncached=Worker(f"http://{HOST}:{uncached_port}", start(running, uncached, core=SERVER_CORE)),
            environment=environment,
            redis_port=redis_port,
        )


def start(running: ExitStack, program: Program, *, core: int) -> int:
    """Start a server on a core, wait until it is ready, and return its process id."""
    child = Child(program)
    running.callback(child.stop)
    child.start()
    child.wait_ready()
    pid = pid_of(child)
    pin(pid, core)
    return pid


def worker_command(folder: RivalFolder, module: str, port: int) -> list[str]:
    """Return how the rival's own cold-start measurement starts one worker."""
    variants = json.loads((folder.bench / "coldstart.json").read_text())
    parts = [str(part).replace("{port}", str(port)) for part in variants["rival"]["cmd"]]
    return [str(folder.python), *(f"{module}:app" if part == "app:app" else part for part in parts[1:])]


def _environment(postgres_sockets: Path, redis_port: int) -> dict[str, str]:
    # A URL without a host lets asyncpg take the socket's folder from PGHOST.
    return {
        "PATH": os.environ.get("PATH", ""),
        "PGHOST": str(postgres_sockets),
        "DATABASE_URL": f"postgresql+asyncpg://postgres@/{_DATABASE}",
        "REDIS_URL": f"redis://{HOST}:{redis_port}/0",
    }


def _seed(folder: RivalFolder, environment: Mapping[str, str], log: Path) -> None:
    with log.open("wb") as output:
        subprocess.run(
            [str(folder.python), "seed.py", f"postgresql://postgres@/{_DATABASE}"],
            cwd=folder.application,
            env=dict(environment),
            stdout=output,
            stderr=output,
            check=True,
        )


def _redis(port: int, logs: Path) -> Program:
    """Return Redis with the settings of the rival's own `services.py`."""
    limits = ["--save", "", "--appendonly", "no", "--maxmemory", "512mb", "--maxmemory-policy", "volatile-lru"]
    return Program(
        name="redis",
        command=["redis-server", "--bind", HOST, "--port", str(port), *limits, "--dir", str(logs)],
        environment={"PATH": os.environ.get("PATH", "")},
        log=logs / "redis.log",
        ready=lambda: persist(port, "-") is not None,
    )


def _worker(folder: RivalFolder, module: str, port: int, environment: Mapping[str, str], logs: Path) -> Program:
    def ready() -> bool:
        reply = ask(f"http://{HOST}:{port}/health", timeout_s=2)
        return reply is not None and reply.status == 200

    return Program(
        name=f"rival {module}",
        command=worker_command(folder, module, port),
        environment=environment,
        log=logs / f"rival-{module}.log",
        ready=ready,
        folder=folder.root,
    )
