"""The way to PostgreSQL for a whole process: a pool and its worker threads, made on first use.

functions-framework imports our code in a process that it forks afterwards, so nothing here exists before the
first statement. pg8000 is synchronous: statements run in worker threads, as many as there may be connections.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from shared.core.errors import DatabaseUnavailableError
from shared.core.settings import DatabaseSettings

from .connections import Connections, SessionLimits, end
from .failures import connection_lost, translated
from .statements import Prepared, Rows, Statements

if TYPE_CHECKING:
    from sqlalchemy import ClauseElement, Connection, Engine, PoolProxiedConnection

Result = TypeVar("Result")

READ_WITHIN = timedelta(seconds=3)
WRITE_WITHIN = timedelta(seconds=30)
QUEUE_WITHIN = timedelta(seconds=3)
"""How long a statement waits for a thread, and so for a connection, before its caller is told to come back."""
RECYCLE_AFTER = timedelta(minutes=30)
PING_AFTER_S = 15.0
"""A ping at every use costs a fifth of a small query; a connection that answered a moment ago is taken at its word,
and a read that finds it dead is repeated on another one."""


class Database:
    """Reads by prepared statements and, unless `read_only`, writes in transactions."""

    def __init__(
        self,
        settings: DatabaseSettings,
        *,
        read_only: bool,
        statement_within: timedelta | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        within = statement_within or (READ_WITHIN if read_only else WRITE_WITHIN)
        self._settings = settings
        self._connections = Connections(settings, SessionLimits(read_only=read_only, statement_within=within))
        self._statements = Statements()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._threads: ThreadPoolExecutor | None = None
        self._made: Engine | None = None
        self._doubted_at = 0.0
        """Connections that last answered before this moment are asked whether they live before they are used."""

    async def fetch(
        self, shape: Hashable, build: "Callable[[], ClauseElement]", parameters: Mapping[str, object]
    ) -> Rows:
        """Return the rows of a statement that only reads: it runs again when its connection turns out to be dead.

        Args:
            shape: What tells this statement's text from all others; values are no part of it.
            build: Makes the Core expression when the shape is new.
            parameters: Values of the expression's named parameters.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer, or is too busy.
        """
        return await self._in_thread(lambda: self._read(shape, build, parameters))

    async def transaction(self, work: "Callable[[Connection], Result]") -> Result:
        """Return what `work` returns, which runs in one transaction and in a worker thread.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer; nothing was written, unless the connection
                broke at the very moment of the commit: so the work must bear to be repeated.
        """

        def run() -> Result:
            with translated(), self._engine().connect() as connection:
                ready = connection.execution_options(isolation_level="READ COMMITTED")
                with ready.begin():
                    result = work(ready)
                connection.info["answered_at"] = self._monotonic()
                return result

        return await self._in_thread(run)

    async def ping(self) -> None:
        """Return when PostgreSQL has answered.

        Raises:
            DatabaseUnavailableError: it did not.
        """
        await self.fetch("ping", _one, {})

    async def close(self) -> None:
        """Close what is open; a later statement opens it again."""
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.to_thread(self._close, threads)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        threads = self._threads or self._new_threads()
        return await asyncio.get_running_loop().run_in_executor(threads, self._in_time, work, self._monotonic())

    def _in_time(self, work: Callable[[], Result], asked_at: float) -> Result:
        if self._monotonic() - asked_at > QUEUE_WITHIN.total_seconds():
            raise DatabaseUnavailableError("Every connection to PostgreSQL is busy", QUEUE_WITHIN)
        return work()

    def _read(self, shape: Hashable, build: "Callable[[], ClauseElement]", parameters: Mapping[str, object]) -> Rows:
        statement = self._statements.of(shape, build)
        values = {**statement.constants, **parameters}
        with translated():
            rows = self._attempt(statement.text, values)
            return rows if rows is not None else self._attempt(statement.text, values, again=True) or []

    def _attempt(self, text: str, values: Mapping[str, object], *, again: bool = False) -> Rows | None:
        """Return the rows; `None` when a connection that had served before turns out to be dead."""
        pooled = self._engine().raw_connection()
        served_before = "prepared" in pooled.info
        try:
            rows = _prepared(pooled).run(text, values)
            pooled.info["answered_at"] = self._monotonic()
        except Exception as error:
            if not connection_lost(error):
                raise
            pooled.invalidate(error)
            self._doubted_at = self._monotonic()
            if again or not served_before:
                raise
            return None
        finally:
            pooled.close()
        return rows

    def _new_threads(self) -> ThreadPoolExecutor:
        self._threads = ThreadPoolExecutor(self._most, thread_name_prefix="postgresql")
        return self._threads

    def _engine(self) -> "Engine":
        if self._made is None:
            with self._lock:
                self._made = self._made or self._new_engine()
        return self._made

    @property
    def _most(self) -> int:
        return self._settings.pool_size + self._settings.max_overflow

    def _new_engine(self) -> "Engine":
        from sqlalchemy import create_engine, event

        engine = create_engine(
            "postgresql+pg8000://",
            creator=self._connections.open,
            # All are kept: one over the pool's size would be closed after each burst, its prepared statements with it.
            pool_size=self._most,
            max_overflow=0,
            pool_timeout=QUEUE_WITHIN.total_seconds(),
            pool_recycle=RECYCLE_AFTER.total_seconds(),
            pool_use_lifo=True,
            isolation_level="AUTOCOMMIT",
        )
        # A dead connection cannot be closed in an orderly way; SQLAlchemy would log an error for each.
        engine.dialect.do_terminate = end  # type: ignore[assignment,method-assign]
        if self._settings.pre_ping:
            event.listen(engine, "checkout", self._prove_alive)
        return engine

    def _prove_alive(self, connection: Any, record: Any, _pooled: Any) -> None:
        """Ping a connection that has been silent for a while, or since another one was found dead."""
        from sqlalchemy.exc import InvalidatePoolError

        answered_at = record.info.get("answered_at")
        now = self._monotonic()
        if answered_at is None or answered_at > max(self._doubted_at, now - PING_AFTER_S):
            return
        try:
            connection.execute_simple("")
        except Exception as error:
            raise InvalidatePoolError("the connection died in the pool") from error
        record.info["answered_at"] = now

    def _close(self, threads: ThreadPoolExecutor) -> None:
        threads.shutdown(wait=True)
        engine, self._made = self._made, None
        if engine is not None:
            engine.dispose()
        self._connections.close()


def _prepared(pooled: "PoolProxiedConnection") -> Prepared:
    prepared = pooled.info.get("prepared")
    if prepared is None:
        prepared = pooled.info["prepared"] = Prepared(pooled.dbapi_connection)  # type: ignore[arg-type]
    return prepared


def _one() -> "ClauseElement":
    from sqlalchemy import literal_column, select

    return select(literal_column("1"))
