"""Where the history goes, and who asks for it there.

In this order: the database that the environment names (`INSTANCE_CONNECTION_NAME`, `DB_HOST` or `DB_SOCKET`, with the rest of
a function's environment); the platform that runs over the data folder; what is started for the while over that folder.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from local.child import Child
from local.display import Display
from local.lock import AlreadyRunningError, FolderLock
from local.migrations import migrate
from local.options import Options as PlatformOptions
from local.platform import Platform
from local.postgres import DATABASE, WRITER, Postgres
from local.standing import heard
from shared.core.settings import DatabaseSettings, DataSource, Settings

from .calling import Asks, FunctionCalls, OwnCalls
from .options import Options

_PLACES = ("INSTANCE_CONNECTION_NAME", "DB_HOST", "DB_SOCKET")
_NEEDED = ("refresh_market", "backfill")
_FUNCTION = "backfill"


class NoDatabaseError(Exception):
    """There is no database to be reached."""


@dataclass(frozen=True, slots=True)
class Place:
    """A database, and which kind of data it holds."""

    database: DatabaseSettings
    data_source: DataSource
    words: str


@contextmanager
def database_of(options: Options, display: Display, environ: Mapping[str, str] = os.environ) -> Iterator[Place]:
    """Give the database that files are imported into.

    Raises:
        NoDatabaseError: a platform is just being started or stopped over the data folder.
    """
    if _configured(environ):
        settings = Settings.from_environment(environ)
        yield Place(settings.required_database(), settings.data_source, "the configured database")
        return
    folder = _folder(options)
    with ExitStack() as stack:
        try:
            stack.enter_context(FolderLock(folder))
        except AlreadyRunningError as error:
            yield Place(_local(_standing_socket(folder, error)), options.source, f"the platform over {folder}")
            return
        display.begin("postgres")
        socket = _started_postgres(folder, stack)
        display.end("postgres")
        yield Place(_local(socket), options.source, f"{folder}, for the while")


@contextmanager
def asking_at(options: Options, display: Display, environ: Mapping[str, str] = os.environ) -> Iterator[Asks]:
    """Give who asks the providers, next to the database that it fills.

    Raises:
        NoDatabaseError: a platform is just being started, or runs without the function.
    """
    if _configured(environ):
        settings = Settings.from_environment(_with_documents(environ, options.folder))
        with OwnCalls.over(settings) as calls:
            yield calls
        return
    folder = _folder(options)
    with ExitStack() as stack:
        try:
            # Only to see whether somebody holds it.
            with FolderLock(folder):
                pass
        except AlreadyRunningError as error:
            yield FunctionCalls(_standing_function(folder, error), folder / "identity")
            return
        started = PlatformOptions(source=options.source, folder=options.folder, port=0, scheduled=False, only=_NEEDED)
        platform = stack.enter_context(Platform(started, display=display))
        display.begin("refresh_market")
        # Which tokens there are, and what the providers call them.
        platform.run_refresh("refresh_market")
        display.end("refresh_market")
        yield FunctionCalls(platform.function_url(_FUNCTION), folder / "identity")


def _configured(environ: Mapping[str, str]) -> bool:
    return any(environ.get(name) for name in _PLACES)


def _with_documents(environ: Mapping[str, str], folder: Path) -> Mapping[str, str]:
    """Return the environment with a place for progress and provider state, where it names no project whose Firestore it is."""
    if any(environ.get(name) for name in ("DOCUMENTS_FILE", "FIRESTORE_EMULATOR_HOST", "GOOGLE_CLOUD_PROJECT")):
        return environ
    folder.mkdir(parents=True, exist_ok=True)
    return {**environ, "DOCUMENTS_FILE": str(folder / "backfill.sqlite")}


def _folder(options: Options) -> Path:
    return (options.folder / options.source).absolute()


def _local(socket: str) -> DatabaseSettings:
    return replace(_LOCAL, socket_path=socket)


_LOCAL = DatabaseSettings(
    instance=None,
    socket_path=None,
    host=None,
    port=5432,
    name=DATABASE,
    user=WRITER,
    pool_size=1,
    max_overflow=0,
    pre_ping=True,
)


def _standing_socket(folder: Path, running: AlreadyRunningError) -> str:
    standing = heard(folder)
    if standing is None or not Path(standing.socket).exists():
        raise NoDatabaseError(f"{running}, but its database is not up; try again in a moment") from running
    return standing.socket


def _standing_function(folder: Path, running: AlreadyRunningError) -> str:
    standing = heard(folder)
    if standing is None:
        raise NoDatabaseError(f"{running}, but it is not up yet; try again in a moment") from running
    if _FUNCTION not in standing.functions:
        raise NoDatabaseError(f"{running}, without the function {_FUNCTION}: start it with nox -s up") from running
    return standing.functions[_FUNCTION]


def _started_postgres(folder: Path, stack: ExitStack) -> str:
    logs = folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    postgres = Postgres(folder / "postgres", logs / "postgres.log")
    stack.callback(postgres.tidy)
    postgres.prepare()
    server = Child(postgres.program())
    stack.callback(server.stop)
    server.start()
    server.wait_ready()
    postgres.bootstrap()
    migrate(postgres.socket, logs / "migrations.log")
    return postgres.socket
