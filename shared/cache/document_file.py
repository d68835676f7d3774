"""Documents in one SQLite file that several processes share; synchronous, for one thread."""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from shared.core.clock import Clock

from .document_text import from_text, to_text
from .documents import Document, Value

_SETUP = (
    # Readers go on while another process writes; the setting stays in the file.
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    """CREATE TABLE IF NOT EXISTS documents (
        path TEXT PRIMARY KEY, fields TEXT NOT NULL, version TEXT NOT NULL, expires_at REAL)""",
    "CREATE INDEX IF NOT EXISTS documents_expire ON documents (expires_at) WHERE expires_at IS NOT NULL",
)
# SQLite does not wait for its lock when another process is just switching the journal: 5 % of simultaneous starts.
_PAUSES_S = (0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32)
_COLUMNS = "path, fields, version"
_INSERT = "INSERT INTO documents (path, fields, version, expires_at) VALUES (?, ?, ?, ?)"

# Firestore's TTL deletes within a day, too.
_KEPT_AFTER_EXPIRY = timedelta(hours=24)
_PURGE_EVERY = timedelta(hours=1)


class DocumentFile:
    """One open file; every method may raise `sqlite3.Error`, and then the file should be opened anew."""

    def __init__(self, file: Path, *, clock: Clock, timeout: timedelta) -> None:
        self._clock = clock
        self._purged_at: datetime | None = None
        file.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(file, timeout=timeout.total_seconds(), isolation_level=None)
        try:
            self._set_up()
        except sqlite3.Error:
            self.close()
            raise

    def read(self, paths: Sequence[str]) -> dict[str, Document]:
        """Return those that exist, by path."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM documents WHERE path IN (SELECT value FROM json_each(?))",  # noqa: S608
            (json.dumps(list(paths)),),
        )
        return {path: Document(path, from_text(fields), version) for path, fields, version in rows}

    def read_collection(self, collection: str, limit: int) -> list[Document]:
        """Return up to `limit` documents of a collection in the order of their names."""
        rows = self._connection.execute(
            # `0` follows `/`: this is every path that begins with `collection/`.
            f"SELECT {_COLUMNS} FROM documents WHERE path > ? AND path < ? ORDER BY path LIMIT ?",  # noqa: S608
            (f"{collection}/", f"{collection}0", limit),
        )
        return [Document(path, from_text(fields), version) for path, fields, version in rows]

    def put(self, path: str, fields: Mapping[str, Value], expires_at: datetime | None, *, overwrite: bool) -> bool:
        """Write the document; one that exists only with `overwrite`. Return whether it was written."""
        conflict = (
            "UPDATE SET fields = excluded.fields, version = excluded.version, expires_at = excluded.expires_at"
            if overwrite
            else "NOTHING"
        )
        row = (path, to_text(fields), _new_version(), _seconds(expires_at))
        with self._writing():
            return self._connection.execute(f"{_INSERT} ON CONFLICT (path) DO {conflict}", row).rowcount == 1

    def replace(self, path: str, fields: Mapping[str, Value], expires_at: datetime | None, *, version: str) -> bool:
        """Write the document if it still has `version`; return whether it was written."""
        row = (to_text(fields), _new_version(), _seconds(expires_at), path, version)
        with self._writing():
            update = "UPDATE documents SET fields = ?, version = ?, expires_at = ? WHERE path = ? AND version = ?"
            return self._connection.execute(update, row).rowcount == 1

    def delete(self, path: str) -> None:
        """Remove the document if it is there."""
        with self._writing():
            self._connection.execute("DELETE FROM documents WHERE path = ?", (path,))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _set_up(self) -> None:
        for pause_s in (*_PAUSES_S, None):
            try:
                for statement in _SETUP:
                    self._connection.execute(statement)
            except sqlite3.OperationalError as error:
                if pause_s is None or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                time.sleep(pause_s)
            else:
                return

    @contextmanager
    def _writing(self) -> Iterator[None]:
        # The write lock is taken at once: a transaction that upgrades a read lock fails without waiting.
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._purge()
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def _purge(self) -> None:
        now = self._clock.now()
        if self._purged_at is not None and now - self._purged_at < _PURGE_EVERY:
            return
        self._purged_at = now
        self._connection.execute("DELETE FROM documents WHERE expires_at < ?", (_seconds(now - _KEPT_AFTER_EXPIRY),))


def _new_version() -> str:
    # Random, not counted: a document deleted and created again must not look unchanged.
    return secrets.token_hex(8)


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()
