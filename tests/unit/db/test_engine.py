"""Reading and writing through the pool, with the server there, slow, killed and back."""

import asyncio
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from shared.core.errors import DatabaseUnavailableError
from shared.core.settings import DatabaseSettings
from shared.db.engine import Database
from tests.databases import Place, Server
from tests.folders import open_folder


def doubled() -> sa.ClauseElement:
    return sa.select(sa.cast(sa.bindparam("n"), sa.Integer) * 2)


def backend() -> sa.ClauseElement:
    return sa.select(sa.func.pg_backend_pid())


async def test_fetch_returns_the_rows(reading: Database) -> None:
    rows = await reading.fetch("doubled", doubled, {"n": 21})

    assert rows == [[42]]


async def test_one_shape_is_built_once(reading: Database) -> None:
    built = 0

    def build() -> sa.ClauseElement:
        nonlocal built
        built += 1
        return doubled()

    answers = [await reading.fetch("doubled", build, {"n": n}) for n in range(5)]

    assert answers == [[[2 * n]] for n in range(5)]
    assert built == 1


async def test_constants_of_a_shape_are_bound(reading: Database) -> None:
    rows = await reading.fetch("constant", lambda: sa.select(sa.literal("it's 100 % : done")), {})

    assert rows == [["it's 100 % : done"]]


async def test_statements_run_side_by_side(place: Place) -> None:
    """Each ends only when all four have begun: one after the other none would."""
    place.run(
        "CREATE FUNCTION all_there() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_lock_shared(4);"
        " WHILE (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4) < 4"
        " LOOP PERFORM pg_sleep(0.01); END LOOP; RETURN true; END $$"
    )
    database = Database(place.reader, read_only=True, statement_within=timedelta(seconds=60))

    def all_there() -> sa.ClauseElement:
        return sa.select(sa.func.all_there())

    answers = await asyncio.gather(*(database.fetch("all_there", all_there, {}) for _ in range(4)))

    assert answers == [[[True]]] * 4
    await database.close()


async def test_mistake_in_sql_is_a_bug_and_not_an_outage(reading: Database) -> None:
    with pytest.raises(Exception, match="missing") as caught:
        await reading.fetch("missing", lambda: sa.select(sa.column("x")).select_from(sa.table("missing")), {})

    assert not isinstance(caught.value, DatabaseUnavailableError)


async def test_statement_that_takes_too_long_is_cancelled(place: Place) -> None:
    database = Database(place.reader, read_only=True, statement_within=timedelta(milliseconds=100))

    with pytest.raises(DatabaseUnavailableError):
        await database.fetch("nap", lambda: sa.select(sa.func.pg_sleep(5)), {})

    assert await database.fetch("doubled", doubled, {"n": 1}) == [[2]]
    await database.close()


async def test_changed_result_is_prepared_again(place: Place, reading: Database) -> None:
    place.run("CREATE TABLE fruit (name text); GRANT SELECT ON fruit TO PUBLIC; INSERT INTO fruit VALUES ('7')")

    def build() -> sa.ClauseElement:
        return sa.select(sa.literal_column("*")).select_from(sa.table("fruit"))

    before = await reading.fetch("fruit", build, {})
    place.run("ALTER TABLE fruit ALTER COLUMN name TYPE integer USING name::integer")
    after = [await reading.fetch("fruit", build, {}) for _ in range(2)]

    assert before == [["7"]]
    assert after == [[[7]], [[7]]]


async def test_closed_connection_costs_a_caller_nothing(place: Place, reading: Database) -> None:
    ((first,),) = await reading.fetch("backend", backend, {})

    place.run(f"SELECT pg_terminate_backend({first}, 5000)")
    ((second,),) = await reading.fetch("backend", backend, {})

    assert first != second


async def test_all_closed_connections_cost_callers_nothing(place: Place, reading: Database) -> None:
    await asyncio.gather(*(reading.fetch("nap", lambda: sa.select(sa.func.pg_sleep(0.1)), {}) for _ in range(4)))

    place.run("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'cryptoprism_reader'")
    answers = await asyncio.gather(*(reading.fetch("doubled", doubled, {"n": n}) for n in range(20)))

    assert answers == [[[2 * n]] for n in range(20)]


async def test_connection_silent_for_long_is_pinged(place: Place) -> None:
    now = 1000.0
    database = Database(place.writer, read_only=False, monotonic=lambda: now)
    pid = await database.transaction(lambda connection: connection.scalar(sa.text("SELECT pg_backend_pid()")))

    place.run(f"SELECT pg_terminate_backend({pid}, 5000)")
    now += 60
    again = await database.transaction(lambda connection: connection.scalar(sa.text("SELECT pg_backend_pid()")))

    assert again != pid
    await database.close()


async def test_reader_cannot_write(reading: Database) -> None:
    def insert() -> sa.ClauseElement:
        return sa.text("INSERT INTO rankings VALUES (now(), '{}', 0, 'live') RETURNING 1")

    with pytest.raises(Exception, match=r"read-only|permission denied"):
        await reading.fetch("insert", insert, {})


async def test_reader_role_cannot_write_even_in_a_writing_session(place: Place) -> None:
    database = Database(place.reader, read_only=False)

    with pytest.raises(DBAPIError, match="permission denied"):
        await database.transaction(lambda c: c.execute(sa.text("INSERT INTO rankings VALUES (now(), '{}', 0, 'live')")))
    with pytest.raises(DBAPIError, match="permission denied"):
        await database.transaction(lambda c: c.execute(sa.text("SELECT ensure_month_partition(now())")))

    await database.close()


async def test_failed_transaction_leaves_nothing(place: Place, writing: Database) -> None:
    def work(connection: sa.Connection) -> None:
        connection.execute(sa.text("INSERT INTO rankings VALUES (now(), '{}', 0, 'live')"))
        raise LookupError

    with pytest.raises(LookupError):
        await writing.transaction(work)

    assert place.run("SELECT count(*) FROM rankings") == [[0]]


async def test_nobody_there_is_told_at_once(tmp_path: os.PathLike[str], place: Place) -> None:
    database = Database(replace(place.reader, socket_path=f"{tmp_path}/none"), read_only=True)

    with pytest.raises(DatabaseUnavailableError) as caught:
        await database.ping()

    assert caught.value.__cause__ is not None
    await database.close()


async def test_unknown_database_is_an_outage(place: Place) -> None:
    database = Database(replace(place.reader, name="elsewhere"), read_only=True)

    with pytest.raises(DatabaseUnavailableError):
        await database.ping()

    await database.close()


async def test_callers_who_wait_too_long_for_a_thread_are_sent_away(place: Place) -> None:
    now = 1000.0
    settings: DatabaseSettings = replace(place.reader, pool_size=1)
    database = Database(settings, read_only=True, monotonic=lambda: now)
    begun, over = threading.Event(), threading.Event()

    def long(connection: sa.Connection) -> bool:
        begun.set()
        return over.wait(60)

    first = asyncio.create_task(database.transaction(long))
    await asyncio.to_thread(begun.wait, 60)
    late = asyncio.create_task(database.ping())
    await asyncio.sleep(0)  # until it is in the queue

    now += 10
    over.set()

    with pytest.raises(DatabaseUnavailableError, match="busy"):
        await late
    assert await first
    await database.close()


async def test_closing_an_unused_database_opens_nothing(place: Place) -> None:
    await Database(place.reader, read_only=True).close()


async def test_database_can_be_used_after_closing(reading: Database) -> None:
    await reading.ping()
    await reading.close()

    assert await reading.fetch("doubled", doubled, {"n": 3}) == [[6]]


@pytest.fixture
def mortal() -> Iterator[Server]:
    with open_folder() as folder:
        running = Server(folder)
        running.start()
        running.bootstrap()
        yield running
        running.stop()


async def test_server_killed_and_started_again(mortal: Server, caplog: pytest.LogCaptureFixture) -> None:
    database = Database(mortal.settings("cryptoprism", "cryptoprism_reader"), read_only=True)
    await asyncio.gather(*(database.fetch("doubled", doubled, {"n": n}) for n in range(8)))

    mortal.kill()
    failures = await asyncio.gather(
        *(database.fetch("doubled", doubled, {"n": n}) for n in range(8)), return_exceptions=True
    )
    mortal.start()
    answers = await asyncio.gather(*(database.fetch("doubled", doubled, {"n": n}) for n in range(8)))

    assert [type(failure) for failure in failures] == [DatabaseUnavailableError] * 8
    assert answers == [[[2 * n]] for n in range(8)]
    assert caplog.records == []
    await database.close()
