"""Each place a database can be: Cloud SQL through its connector, a socket's file or folder, TCP."""

import asyncio
import inspect
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pg8000.dbapi
import pytest
import sqlalchemy as sa

from shared.core.errors import DatabaseUnavailableError
from shared.db.connections import CONNECTOR, Connections, SessionLimits
from shared.db.engine import Database
from tests.databases import Place

READING = SessionLimits(read_only=True, statement_within=timedelta(seconds=3))


class FakeConnector:
    """Stands in for the Cloud SQL connector: same call, but over the unix socket."""

    def __init__(self, place: Place) -> None:
        self._socket = place.reader.socket_path
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.closed = 0

    def connect(self, instance: str, driver: str, **more: Any) -> pg8000.dbapi.Connection:
        self.calls.append((instance, driver, more))
        connection: pg8000.dbapi.Connection = pg8000.dbapi.connect(unix_sock=self._socket, ssl_context=False, **more)
        return connection

    def close(self) -> None:
        self.closed += 1


class Tunnel:
    """TCP on this machine that leads to the server's unix socket, until it swallows everything."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.swallowing = False
        self._open: list[socket.socket] = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self._target)
                self._open += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while received := source.recv(65536):
                if not self.swallowing:
                    sink.sendall(received)


@pytest.fixture
def tunnel(place: Place) -> Iterator[Tunnel]:
    opened = Tunnel(place.reader.socket_path or "")
    yield opened
    opened.close()


def shown(connection: pg8000.dbapi.Connection, name: str) -> str:
    cursor = connection.cursor()
    cursor.execute(f"SHOW {name}")
    value: str = cursor.fetchone()[0]
    return value


def test_cloud_sql_is_reached_through_one_connector(place: Place) -> None:
    fake = FakeConnector(place)
    settings = replace(place.reader, instance="project:region:instance", socket_path=None)
    connections = Connections(settings, READING, make_connector=lambda: fake)  # type: ignore[arg-type,return-value]

    opened = [connections.open() for _ in range(2)]
    for connection in opened:
        assert shown(connection, "default_transaction_read_only") == "on"
        connection.close()
    connections.close()

    assert [(instance, driver, more["user"]) for instance, driver, more in fake.calls] == [
        ("project:region:instance", "pg8000", "cryptoprism_reader")
    ] * 2
    assert fake.closed == 1


def test_the_real_connector_takes_what_we_give_it() -> None:
    from google.cloud.sql.connector import Connector, IPTypes, RefreshStrategy

    inspect.signature(Connector).bind(**CONNECTOR)

    assert RefreshStrategy(CONNECTOR["refresh_strategy"].upper()) is RefreshStrategy.LAZY
    assert IPTypes(CONNECTOR["ip_type"].upper()) is IPTypes.PRIVATE


@pytest.mark.parametrize("way", ["file", "folder"])
def test_socket_may_be_named_by_file_or_folder(place: Place, way: str) -> None:
    path = Path(place.reader.socket_path or "")
    settings = replace(place.reader, socket_path=str(path if way == "file" else path.parent))

    connection = Connections(settings, READING).open()

    assert shown(connection, "TimeZone") == "UTC"
    assert shown(connection, "statement_timeout") == "3s"
    connection.close()


def test_tcp_sends_small_packets_at_once(place: Place, tunnel: Tunnel) -> None:
    settings = replace(place.reader, socket_path=None, host="127.0.0.1", port=tunnel.port)

    connection = Connections(settings, READING).open()

    wire: socket.socket = connection._usock
    assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert shown(connection, "jit") == "off"
    connection.close()


async def test_network_that_swallows_packets_is_an_outage(place: Place, tunnel: Tunnel) -> None:
    settings = replace(place.reader, socket_path=None, host="127.0.0.1", port=tunnel.port)
    database = Database(settings, read_only=True, statement_within=timedelta(milliseconds=100))
    answered = await database.fetch("one", lambda: sa.select(sa.literal_column("1")), {})

    tunnel.swallowing = True
    async with asyncio.timeout(15):
        with pytest.raises(DatabaseUnavailableError):
            await database.fetch("one", lambda: sa.select(sa.literal_column("1")), {})

    assert answered == [[1]]
    tunnel.close()
    await database.close()


def test_wrong_database_leaves_no_socket_open(place: Place) -> None:
    settings = replace(place.reader, name="elsewhere")

    for _ in range(3):
        with pytest.raises(DatabaseUnavailableError, match="cannot be reached"):
            Connections(settings, READING).open()
