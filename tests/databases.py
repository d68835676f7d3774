"""Real PostgreSQL for tests: one server a session, one migrated database that others are copied from.

The server is the local platform's own, so it dies with the tests, however they end.
"""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pg8000.exceptions
import pg8000.native
import psutil
import pytest

from local.child import Child
from local.postgres import OWNER, READER, WRITER, Postgres
from migrations.runner import upgrade
from shared.core.settings import DatabaseSettings
from shared.db.engine import Database

EMPTY = "migrated"
"""The database that others are copied from; a module may fill a copy, and copy that for its tests."""
_ROOM = 2 * 1024**3
_numbers = itertools.count(1)


class Server:
    """A PostgreSQL server that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._postgres = Postgres(folder, folder / "postgres.log")
        self._postgres.prepare()
        program = self._postgres.program()
        unsafe = ("-c", "fsync=off", "-c", "full_page_writes=off")
        # Shared memory that a killed server leaves behind goes with its folder then.
        own = ("-c", "dynamic_shared_memory_type=mmap")
        self._child = Child(replace(program, command=[*program.command, *unsafe, *own]))
        self._kept: pg8000.native.Connection | None = None

    @property
    def socket(self) -> str:
        return self._postgres.socket

    def start(self) -> None:
        self._child.start()
        self._child.wait_ready()

    def kill(self) -> None:
        """End it without any warning to its clients, whose backends would outlive it for a moment."""
        self._let_go()
        backends = psutil.Process(self._child.pid).children()
        self._child.kill()
        for backend in backends:
            with suppress(psutil.NoSuchProcess):
                backend.kill()
        psutil.wait_procs(backends, timeout=10)

    def stop(self) -> None:
        """End it at once: an orderly end writes down hundreds of databases that nobody wants any more."""
        self.kill()
        self._postgres.tidy()

    def bootstrap(self) -> None:
        self._postgres.bootstrap()

    def create(self, name: str, template: str = "template1") -> None:
        # Without fsync copying files is a third of writing everything to the log first.
        self.run(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template} STRATEGY FILE_COPY")

    def drop(self, name: str) -> None:
        """Remove a database, whoever is in it; one that is away, or whose server is, is gone already."""
        with suppress(pg8000.exceptions.Error, OSError):
            self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run(self, sql: str, database: str = "postgres") -> list[list[object]]:
        """Run a statement as the superuser."""
        if database != "postgres":
            with closing(self.connected(database)) as connection:
                return connection.run(sql) or []
        # Kept, because nobody wants that database for itself, and every test makes and drops one from there.
        if self._kept is None:
            self._kept = self.connected(database)
        try:
            return self._kept.run(sql) or []
        except (pg8000.exceptions.InterfaceError, OSError):
            self._let_go()
            raise

    def connected(self, database: str) -> pg8000.native.Connection:
        """Return a connection of the superuser."""
        # Without the last it reads all of the system's certificates first, 25 ms each time: there is no TLS on a socket.
        return pg8000.native.Connection("postgres", unix_sock=self.socket, database=database, ssl_context=False)

    def _let_go(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            with suppress(pg8000.exceptions.Error, OSError):
                kept.close()

    def settings(self, name: str, user: str, *, pool_size: int = 4) -> DatabaseSettings:
        return DatabaseSettings(
            instance=None,
            socket_path=self._postgres.socket,
            host=None,
            port=5432,
            name=name,
            user=user,
            pool_size=pool_size,
            max_overflow=0,
            pre_ping=True,
        )


class Place:
    """One database with the newest schema, and the ways to it."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self.name = name
        self.owner = server.settings(name, OWNER)
        self.reader = server.settings(name, READER)
        self.writer = server.settings(name, WRITER)

    def run(self, sql: str) -> list[list[object]]:
        return self.server.run(sql, self.name)

    def close(self) -> None:
        """Let nobody in any more, and throw out who is."""
        self.server.run(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false")
        who = f"datname = '{self.name}'"
        self.server.run(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {who}")  # noqa: S608


def _memory_folder() -> Path | None:
    """Return a file system in memory with room for all databases at a time; `None` where there is none, as in most containers."""
    memory = Path("/dev/shm")  # noqa: S108  what is made in it has a name of its own
    has_room = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > _ROOM
    return memory if has_room else None


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="prism-test-", dir=_memory_folder()))
    running = Server(folder)
    try:
        running.start()
        running.bootstrap()
        running.create(EMPTY)
        upgrade(running.settings(EMPTY, OWNER))
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def shared_place(server: Server) -> Iterator[Place]:
    """A database for a whole module, for tests that only read."""
    with copied(server) as made:
        yield made


@pytest.fixture
def place(server: Server) -> Iterator[Place]:
    """A database of a test's own."""
    with copied(server) as made:
        yield made


@pytest.fixture
async def reading(place: Place) -> AsyncIterator[Database]:
    database = Database(place.reader, read_only=True)
    yield database
    await database.close()


@pytest.fixture
async def writing(place: Place) -> AsyncIterator[Database]:
    database = Database(place.writer, read_only=False)
    yield database
    await database.close()


@contextmanager
def copied(server: Server, template: str = EMPTY) -> Iterator[Place]:
    """Give a copy of a database that nobody is in, for as long as the block lasts."""
    name = f"test_{next(_numbers)}"
    server.create(name, template)
    yield Place(server, name)
    server.drop(name)


@contextmanager
def filled_by(server: Server, fill: Callable[[Place], Coroutine[object, object, None]]) -> Iterator[Place]:
    """Give a module's database with what most of its tests find: to copy it costs a fifth of storing it."""
    with copied(server) as made:
        asyncio.run(fill(made))
        yield made


def copied_for(fixture: str, request: pytest.FixtureRequest, server: Server) -> AbstractContextManager[Place]:
    """Give a test that wants a fixture a copy of the module's `filled` database, and any other test an empty one."""
    wanted = fixture in request.fixturenames
    return copied(server, request.getfixturevalue("filled").name if wanted else EMPTY)
