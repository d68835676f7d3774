import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.child import Child
from local.postgres import Postgres
from tests.folders import open_folder

pytestmark = pytest.mark.platform


class Server:
    """PostgreSQL over one folder, as the platform runs it."""

    def __init__(self, folder: Path) -> None:
        self.postgres = Postgres(folder, folder / "postgres.log")
        self.postgres.prepare()
        self.child = Child(self.postgres.program())
        self.start()

    def start(self) -> None:
        self.child.start()
        self.child.wait_ready()
        self.postgres.bootstrap()

    def run(self, statement: str, user: str = "cryptoprism_owner") -> list[list[object]]:
        import pg8000.native

        connection = pg8000.native.Connection(
            user, unix_sock=self.postgres.socket, database="cryptoprism", ssl_context=False
        )
        with contextlib.closing(connection):
            return connection.run(statement)  # type: ignore[no-any-return]

    def stop(self) -> None:
        self.child.stop()
        self.postgres.tidy()


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as made:
        yield made


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    running = Server(folder / "postgres")
    yield running
    running.stop()


def test_data_outlives_kill_9_and_a_second_start(server: Server) -> None:
    server.run("CREATE TABLE kept (n int)")
    server.run("CHECKPOINT", user="postgres")

    os.kill(server.child.pid or 0, signal.SIGKILL)
    server.child.kill()
    server.start()

    assert server.run("SELECT count(*) FROM kept") == [[0]]


def test_it_is_version_18_with_a_locale_of_its_own_and_no_tcp_port(server: Server) -> None:
    (row,) = server.run(
        "SELECT current_setting('server_version_num')::int / 10000, current_setting('listen_addresses')"
    )
    (locale,) = server.run("SELECT datlocale FROM pg_database WHERE datname = 'cryptoprism'")

    assert (row, locale) == ([18, ""], ["C.UTF-8"])


def test_reader_and_writer_exist_and_own_nothing(server: Server) -> None:
    assert server.run("SELECT 1", user="cryptoprism_reader") == [[1]]
    assert server.run("SELECT 1", user="cryptoprism_writer") == [[1]]
    assert server.run("SELECT rolsuper FROM pg_roles WHERE rolname LIKE 'cryptoprism%'") == [[False]] * 3


def test_a_long_folder_still_gets_a_short_socket(folder: Path) -> None:
    running = Server(folder / ("long" * 20) / "postgres")
    try:
        assert len(running.postgres.socket) < 100
        assert running.run("SELECT 1") == [[1]]
    finally:
        running.stop()
    assert not Path(running.postgres.socket).parent.exists()
