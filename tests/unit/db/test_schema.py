"""The migrations: what they make, who may do what with it, and doing them again."""

import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrations.runner import newest, upgrade
from shared.db import tables
from shared.db.connections import Connections, SessionLimits
from shared.db.engine import Database
from shared.db.tables.base import metadata
from tests.databases import Place, Server

ROOT = Path(__file__).parents[3]

for module in pkgutil.iter_modules(tables.__path__):
    importlib.import_module(f"{tables.__name__}.{module.name}")


@pytest.fixture(scope="module")
def inspected(shared_place: Place) -> Iterator[sa.Inspector]:
    limits = SessionLimits(read_only=True, statement_within=None)
    engine = sa.create_engine("postgresql+pg8000://", creator=Connections(shared_place.owner, limits).open)
    yield sa.inspect(engine)
    engine.dispose()


@pytest.mark.parametrize("table", metadata.tables.values(), ids=lambda table: table.name)
def test_table_definitions_are_those_of_the_database(inspected: sa.Inspector, table: sa.Table) -> None:
    stored = {
        column["name"]: (type(column["type"]).__name__, column["nullable"])
        for column in inspected.get_columns(table.name)
    }
    named = {
        "Text": "TEXT",
        "Numeric": "NUMERIC",
        "Integer": "INTEGER",
        "SmallInteger": "SMALLINT",
        "Boolean": "BOOLEAN",
        "DateTime": "TIMESTAMP",
    }
    defined = {
        column.name: (named.get(type(column.type).__name__, type(column.type).__name__), column.nullable)
        for column in table.columns
    }

    assert stored == defined
    assert inspected.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]


def test_migrating_again_changes_nothing(place: Place) -> None:
    place.run("INSERT INTO rankings VALUES (now(), '{}', 0, 'live')")

    assert upgrade(place.owner) == newest() != ""
    assert place.run("SELECT count(*) FROM rankings") == [[1]]


def run_migrations(**environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "migrations", "upgrade"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_command_migrates_the_database_of_the_environment(place: Place) -> None:
    there = {"DB_SOCKET": place.owner.socket_path or "", "DB_USER": place.owner.user}

    done = run_migrations(**there, DB_NAME=place.name)
    failed = run_migrations(**there, DB_NAME="elsewhere")
    unset = run_migrations()

    assert (done.returncode, done.stdout) == (0, f"The schema is at {newest()}\n")
    assert (failed.returncode, "cannot be reached" in failed.stderr) == (1, True)
    assert (unset.returncode, "is not set" in unset.stderr) == (1, True)


def test_two_migrations_at_once_are_one(server: Server) -> None:
    server.create("migrated_twice")
    settings = server.settings("migrated_twice", "cryptoprism_owner")

    with ThreadPoolExecutor(2) as threads:
        reached = list(threads.map(upgrade, [settings, settings]))

    assert reached == [newest(), newest()]


async def test_reader_sees_all_tables_and_the_writer_may_not_change_the_schema(place: Place) -> None:
    reader, writer = Database(place.reader, read_only=True), Database(place.writer, read_only=False)

    for table in metadata.tables.values():
        assert await reader.fetch(table.name, table.select, {}) == []
    with pytest.raises(sa.exc.DBAPIError, match=r"permission denied|must be owner"):
        await writer.transaction(lambda connection: connection.execute(sa.text("DROP TABLE rankings")))
    with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
        await writer.transaction(lambda connection: connection.execute(sa.text("CREATE TABLE mine (x int)")))

    await reader.close()
    await writer.close()


def partitions(place: Place, parent: str = "price_points_300") -> list[str]:
    rows = place.run(f"SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = '{parent}'::regclass")  # noqa: S608
    return sorted(str(row[0]) for row in rows)


def test_month_partitions_are_made_once_and_take_over_what_was_there(place: Place) -> None:
    place.run(
        "INSERT INTO price_points VALUES (300, 'a', '2026-01-31 23:55+0', '2026-01-31 23:57+0', 1),"
        " (300, 'a', '2026-02-01 00:00+0', '2026-02-01 00:01+0', 2), (300, 'a', '2026-03-01 00:00+0', '2026-03-01+0', 3)"
    )

    for _ in range(2):
        place.run("SELECT ensure_month_partition('2026-02-28 23:59:59+0'), ensure_month_partition('2026-02-01+0')")

    assert partitions(place) == ["price_points_300_2026_02", "price_points_300_other"]
    assert partitions(place, "price_points_3600") == ["price_points_3600_2026_02", "price_points_3600_other"]
    assert place.run("SELECT price_usd::int FROM price_points_300_2026_02") == [[2]]
    assert place.run("SELECT price_usd::int FROM price_points ORDER BY 1") == [[1], [2], [3]]


def test_partitions_asked_for_at_once_are_made_once(place: Place) -> None:
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(place.run, ["SELECT ensure_month_partition('2027-12-31 23:59:59.999+0')"] * 4))

    assert partitions(place) == ["price_points_300_2027_12", "price_points_300_other"]


def test_month_is_that_of_utc_whatever_the_session_says(place: Place) -> None:
    place.run("SET TimeZone = 'Pacific/Auckland'; SELECT ensure_month_partition('2026-05-31 23:30+0')")
    place.run("INSERT INTO price_points VALUES (300, 'a', '2026-05-31 23:30+0', '2026-05-31 23:30+0', 1)")

    assert partitions(place) == ["price_points_300_2026_05", "price_points_300_other"]
    assert place.run("SELECT count(*) FROM price_points_300_2026_05") == [[1]]


def test_prices_stored_before_are_moved_into_the_new_partitions(server: Server) -> None:
    server.create("moved_prices")
    settings = server.settings("moved_prices", "cryptoprism_owner")
    before = Place(server, "moved_prices")
    upgrade(settings, "0010")
    before.run("SELECT ensure_month_partition('2026-02-03+0')")
    before.run(
        "INSERT INTO price_points VALUES (300, 'a', '2026-02-03+0', '2026-02-03+0', 1), (3600, 'a', '2026-03-01+0', "
        "'2026-03-01+0', 2), (86400, 'a', '2019-03-01+0', '2019-03-01+0', 3)"
    )

    upgrade(settings)

    assert before.run("SELECT resolution_s, price_usd::int FROM price_points ORDER BY 1") == [
        [300, 1],
        [3600, 2],
        [86400, 3],
    ]
    assert partitions(before) == [
        "price_points_300_2019_03",
        "price_points_300_2026_02",
        "price_points_300_2026_03",
        "price_points_300_other",
    ]


@pytest.mark.parametrize(
    "function",
    [
        "ensure_month_partition(timestamptz)",
        "ensure_month_of(text, text, timestamptz)",
        "drop_months_before(text, timestamptz)",
    ],
)
def test_writer_may_make_and_drop_partitions(place: Place, function: str) -> None:
    assert place.run(
        f"SELECT has_function_privilege('cryptoprism_writer', '{function}', 'EXECUTE'),"
        f" has_function_privilege('cryptoprism_reader', '{function}', 'EXECUTE')"
    ) == [[True, False]]
