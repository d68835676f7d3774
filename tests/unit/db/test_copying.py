"""COPY: what goes in comes out."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.db.copying import copy_rows
from shared.db.engine import Database

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30)
TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(TEXTS | st.none(), NUMBERS | st.none(), TIMES | st.none()), max_size=20))
async def test_values_survive(
    writing: Database, rows: list[tuple[str | None, Decimal | None, datetime | None]]
) -> None:
    def work(connection: sa.Connection) -> list[tuple[object, ...]]:
        connection.execute(
            sa.text("CREATE TEMPORARY TABLE kept (n int, t text, d numeric, at timestamptz) ON COMMIT DROP")
        )
        copy_rows(connection, "kept", ("n", "t", "d", "at"), ((n, *row) for n, row in enumerate(rows)))
        return [tuple(row) for row in connection.execute(sa.text("SELECT t, d, at FROM kept ORDER BY n"))]

    assert await writing.transaction(work) == rows


@pytest.mark.parametrize(
    ("value", "stored"),
    [("a\x00b", "ab"), ("\ud83d", "?"), (Decimal("NaN"), None), (Decimal("-Infinity"), None), (True, "true")],
)
async def test_what_cannot_be_stored_is_left_out(writing: Database, value: str | Decimal, stored: str | None) -> None:
    def work(connection: sa.Connection) -> object:
        connection.execute(sa.text("CREATE TEMPORARY TABLE kept (t text) ON COMMIT DROP"))
        copy_rows(connection, "kept", ("t",), [(value,)])
        return connection.scalar(sa.text("SELECT lower(t) FROM kept"))

    assert await writing.transaction(work) == stored


async def test_rows_are_sent_while_they_are_made(writing: Database) -> None:
    def work(connection: sa.Connection) -> object:
        connection.execute(sa.text("CREATE TEMPORARY TABLE kept (n int, t text) ON COMMIT DROP"))
        copy_rows(connection, "kept", ("n", "t"), ((n, "x" * 100) for n in range(20_000)))
        return connection.scalar(sa.text("SELECT count(DISTINCT n) FROM kept"))

    assert await writing.transaction(work) == 20_000
