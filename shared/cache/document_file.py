"""Documents in one SQLite file that several processes share; synchronous, for one thread."""

import json
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from shared.core.clock import Clock

from .document_text import from_text, to_text
from .documents import LAST_CHARACTER, Document, Put, Removal, Write

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
_INSERT = "INSERT INTO documents (path, fields, version, expires_at) VALUES (?, ?, ?, ?) ON CONFLICT (path) DO"
_CREATE = f"{_INSERT} NOTHING"
_OVERWRITE = (
    f"{_INSERT} UPDATE SET fields = excluded.fields, version = excluded.version, expires_at = excluded.expires_at"
)
_REPLACE = "UPDATE documents SET fields = ?, version = ?, expires_at = ? WHERE path = ? AND version = ?"

# Firestore's TTL deletes within a day, too.
_KEPT_AFTER_EXPIRY = timedelta(hours=24)
_PURGE_EVERY = timedelta(hours=1)


class _NotAsExpectedError(Exception):
    """A write's condition does not hold; the commit is undone."""


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

    def read_collection(self, collection: str, limit: int, *, prefix: str = "", after: str = "") -> list[Document]:
        """Return up to `limit` documents of a collection in the order of their names."""
        begin = f"{collection}/{prefix}"
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM documents WHERE path >= ? AND path < ? AND path > ? ORDER BY path LIMIT ?",  # noqa: S608
            (begin, f"{begin}{LAST_CHARACTER}", f"{collection}/{after}", limit),
        )
        return [Document(path, from_text(fields), version) for path, fields, version in rows]

    def put(self, write: Put) -> bool:
        """Write the document as it asks; return whether it was written."""
        with self._writing():
            return self._put(write)

    def delete(self, path: str) -> None:
        """Remove the document if it is there."""
        with self._writing():
            self._remove(Removal(path=path))

    def commit(self, writes: Sequence[Write]) -> bool:
        """Do all the writes or none; return whether they were done."""
        try:
            with self._writing():
                for write in writes:
                    if not (self._put(write) if isinstance(write, Put) else self._remove(write)):
                        raise _NotAsExpectedError
        except _NotAsExpectedError:
            return False
        return True

    def _put(self, write: Put) -> bool:
        if write.version is not None:
            kept = (to_text(write.fields), _new_version(), _seconds(write.expires_at), write.path, write.version)
            return self._connection.execute(_REPLACE, kept).rowcount == 1
        row = (write.path, to_text(write.fields), _new_version(), _seconds(write.expires_at))
        return self._connection.execute(_CREATE if write.new else _OVERWRITE, row).rowcount == 1

    def _remove(self, write: Removal) -> bool:
        if write.version is None:
            self._connection.execute("DELETE FROM documents WHERE path = ?", (write.path,))
            return True
        same = "DELETE FROM documents WHERE path = ? AND version = ?"
        return self._connection.execute(same, (write.path, write.version)).rowcount == 1

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
