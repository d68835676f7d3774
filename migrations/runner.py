"""Brings a database to the newest schema; doing it again, or twice at once, changes nothing."""

from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text

from shared.core.settings import DatabaseSettings
from shared.db.connections import Connections, SessionLimits
from shared.db.failures import translated

_ONE_AT_A_TIME = 4_203_001


def upgrade(settings: DatabaseSettings, revision: str = "head") -> str:
    """Run the migrations that are missing, as the role that owns the schema, and return the revision reached.

    Raises:
        DatabaseUnavailableError: PostgreSQL does not answer.
    """
    connections = Connections(settings, SessionLimits(read_only=False, statement_within=None))
    engine = create_engine("postgresql+pg8000://", creator=connections.open)
    with closing(connections), translated():
        try:
            with engine.begin() as connection:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
                command.upgrade(_config(connection), revision)
                return _current(connection)
        finally:
            engine.dispose()


def newest() -> str:
    """Return the revision that this code is written for."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    return head or ""


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _current(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""
