"""How one connection to PostgreSQL is opened, wherever it is: Cloud SQL, a unix socket, TCP."""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.core.errors import DatabaseUnavailableError
from shared.core.settings import DatabaseSettings

if TYPE_CHECKING:
    from google.cloud.sql.connector import Connector
    from pg8000.dbapi import Connection

CONNECT_WITHIN = timedelta(seconds=3)
CLOUD_SQL_CONNECT_WITHIN = timedelta(seconds=10)
"""The first connection of a process also fetches a certificate and generates a key."""
CONNECTOR: dict[str, Any] = {
    # A background refresh starves on an instance that gets no CPU between requests.
    "refresh_strategy": "lazy",
    "ip_type": "private",
    "enable_iam_auth": True,
    "timeout": round(CLOUD_SQL_CONNECT_WITHIN.total_seconds()),
}
_ANSWER_GRACE = timedelta(seconds=2)
"""How much longer than PostgreSQL's own limit we wait: only a network that swallows packets needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLimits:
    """What every connection of a pool may do."""

    read_only: bool
    statement_within: timedelta | None
    """PostgreSQL cancels a statement after this time; `None` for migrations, which may take long."""

    def parameters(self) -> dict[str, str]:
        """Return PostgreSQL's names and values, sent with the start of the session."""
        parameters = {"TimeZone": "UTC", "jit": "off"}
        if self.statement_within is not None:
            milliseconds = str(round(self.statement_within.total_seconds() * 1000))
            parameters |= {"statement_timeout": milliseconds, "idle_in_transaction_session_timeout": milliseconds}
        if self.read_only:
            # Prepared once and run a million times: planning anew for each value costs more than it saves.
            # What is read often lies in memory: fifty rows are found by their keys, not by reading a whole table.
            parameters |= {
                "default_transaction_read_only": "on",
                "plan_cache_mode": "force_generic_plan",
                "random_page_cost": "1.1",
            }
        return parameters


class Connections:
    """Opens connections to the one place that the settings name."""

    def __init__(
        self,
        settings: DatabaseSettings,
        limits: SessionLimits,
        make_connector: "Callable[[], Connector] | None" = None,
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._make_connector = make_connector or _new_connector
        self._connector: Connector | None = None
        self._lock = threading.Lock()

    def open(self) -> "Connection":
        """Return a new DB-API connection.

        Raises:
            DatabaseUnavailableError: nobody answers there, or we are not let in.
        """
        try:
            connection = self._connected()
        except Exception as error:  # sockets, TLS, metadata server, Cloud SQL's API: each has its own tree
            raise DatabaseUnavailableError(f"PostgreSQL cannot be reached: {type(error).__name__}") from error
        self._tune(connection)
        return connection

    def close(self) -> None:
        """Let go of the connector; connections that are open stay so."""
        with self._lock:
            connector, self._connector = self._connector, None
        if connector is not None:
            connector.close()

    def _connected(self) -> "Connection":
        common: dict[str, Any] = {
            "database": self._settings.name,
            "application_name": "cryptoprism",
            "startup_params": self._limits.parameters(),
        }
        if self._settings.instance:
            return self._through_connector(self._settings.instance, common)
        from pg8000.dbapi import connect

        on_socket = self._settings.socket_path is not None
        wire = self._unix_socket() if on_socket else self._tcp_socket()
        place = {"sock": wire, "ssl_context": False if on_socket else None}
        try:
            connection: Connection = connect(self._settings.user, **place, **common)
        except BaseException:
            _close(wire)
            raise
        return connection

    def _through_connector(self, instance: str, common: Mapping[str, Any]) -> "Connection":
        with self._lock:
            connector = self._connector = self._connector or self._make_connector()
        connection: Connection = connector.connect(instance, "pg8000", user=self._settings.user, **common)
        return connection

    def _unix_socket(self) -> socket.socket:
        path = Path(self._settings.socket_path or "")
        if path.is_dir():
            path /= f".s.PGSQL.{self._settings.port}"
        connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connected.settimeout(CONNECT_WITHIN.total_seconds())
        try:
            connected.connect(str(path))
        except OSError:
            connected.close()
            raise
        return connected

    def _tcp_socket(self) -> socket.socket:
        place = (self._settings.host or "localhost", self._settings.port)
        connected = socket.create_connection(place, CONNECT_WITHIN.total_seconds())
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return connected

    def _tune(self, connection: "Connection") -> None:
        """Set what pg8000 leaves alone: small packets go at once, and silence ends in an error."""
        within = self._limits.statement_within
        wire: socket.socket = connection._usock
        wire.settimeout(None if within is None else (within + _ANSWER_GRACE).total_seconds())
        if wire.family != socket.AF_UNIX:
            with suppress(OSError):
                wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def end(connection: "Connection") -> None:
    """Close a connection that may be dead; pg8000 would raise and leave its socket to the garbage collector."""
    wire: socket.socket | None = connection._usock
    with suppress(Exception):
        connection.close()
    if wire is not None:
        _close(wire)


def _new_connector() -> "Connector":
    from google.cloud.sql.connector import Connector

    return Connector(**CONNECTOR)


def _close(wire: socket.socket) -> None:
    """Close a socket that pg8000 gave up on: it leaves a file object open over it."""
    descriptor = wire.detach()
    if descriptor >= 0:
        os.close(descriptor)
