"""Makes the partitions that are needed next and drops those that nobody needs any more."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.db.engine import Database

from . import ordering
from .retention import Months, Rows

if TYPE_CHECKING:
    from sqlalchemy import Connection


class Keeper:
    """Does the work of one maintenance, a transaction for each table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self, months: Months, *, now: datetime) -> None:
        """Make the partitions of this month and the next."""
        next_month = now.replace(day=1) + timedelta(days=31)
        for moment in (now, next_month):
            await self._database.transaction(lambda connection, at=moment: _ensure(connection, months, at))  # type: ignore[misc]

    async def drop(self, months: Months, *, now: datetime) -> list[str]:
        """Return the partitions that were dropped: those whose month ended before the time that is kept."""
        if months.kept is None:
            return []
        before = now - months.kept
        return await self._database.transaction(lambda connection: _drop(connection, months, before))

    async def thin(self, rows: Rows, *, now: datetime) -> int:
        """Return how many rows were taken out: those older than is kept."""
        if rows.kept is None:
            return 0
        before = now - rows.kept
        return await self._database.transaction(lambda connection: _thin(connection, rows, before))

    async def analyse(self, months: Months) -> None:
        """Renew what the planner knows of a whole table: autovacuum only looks at its partitions."""
        await self._database.transaction(lambda connection: _analyse(connection, months))

    async def order(self, *, now: datetime) -> dict[datetime, int]:
        """Put months of candles that are over in order, and return how many candles there are in which."""
        months = await self._database.transaction(lambda connection: ordering.due(connection, now=now))
        return {month: await self._order_one(month) for month in months}

    async def _order_one(self, month: datetime) -> int:
        return await self._database.transaction(lambda connection: ordering.order(connection, month))

    async def close(self) -> None:
        """Let go of connections."""
        await self._database.close()


def _ensure(connection: "Connection", months: Months, moment: datetime) -> None:
    from sqlalchemy import text

    values = {"parent": months.table, "time_column": months.time_column, "moment": moment}
    connection.execute(text("SELECT ensure_month_of(:parent, :time_column, :moment)"), values)


def _drop(connection: "Connection", months: Months, before: datetime) -> list[str]:
    from sqlalchemy import text

    values = {"parent": months.table, "moment": before}
    return list(connection.execute(text("SELECT drop_months_before(:parent, :moment)"), values).scalar_one())


def _thin(connection: "Connection", rows: Rows, before: datetime) -> int:
    from sqlalchemy import text

    # All names are ours.
    statement = f"DELETE FROM {rows.table} WHERE {rows.time_column} < :before AND {rows.only}"  # noqa: S608
    return max(connection.execute(text(statement), {"before": before}).rowcount, 0)


def _analyse(connection: "Connection", months: Months) -> None:
    from sqlalchemy import text

    allowed = "SELECT to_regclass(:table) IS NOT NULL AND current_setting('server_version_num')::integer >= 180000"
    if connection.execute(text(allowed), {"table": months.table}).scalar_one():
        # ONLY: the partitions themselves are autovacuum's. The name is one of ours.
        connection.execute(text(f"ANALYZE ONLY {months.table}"))
