"""Storing what was measured: one transaction, COPY to staging, merge."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import Field, copy_rows
from shared.db.engine import Database
from shared.domain.datasets.stamping import stamp
from shared.records.depth import DepthPoint, Measures

if TYPE_CHECKING:
    from sqlalchemy import Connection

DATASET = "refresh_depth"
PARTITIONED_WITHIN = timedelta(days=45)
"""Books observed longer before or after a run go to the default partition: an exchange's wrong clock makes no tables."""
_COLUMNS = (
    "token_id",
    "provider",
    "observed_at",
    "known_at",
    "market",
    "quote_currency",
    *(each.name for each in fields(Measures)),
)
_PARTITIONS = """
    SELECT ensure_month_of('depth_points', 'observed_at', CAST(month AS timestamptz))
    FROM unnest(CAST(:months AS text[])) AS month
"""
_STAGE = "CREATE TEMPORARY TABLE staged_depth (LIKE depth_points INCLUDING DEFAULTS) ON COMMIT DROP"
# A second delivery brings the same points again; they are as they were.
_MERGE = "INSERT INTO depth_points SELECT * FROM staged_depth ON CONFLICT DO NOTHING"


class DepthWriter:
    """The measures, for the refresher, over a writing `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, points: Sequence[DepthPoint], *, at: datetime, data_source: DataSource) -> int:
        """Store the points of a run that began `at`, and return how many were new.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
            SettingsError: the database holds another kind of data: sandbox, replay and live never mix.
        """
        months = sorted({month for point in points if (month := _month(point, at)) is not None})
        await self._database.transaction(lambda connection: _ensure_partitions(connection, months))
        return await self._database.transaction(lambda connection: _store(connection, points, at, data_source))


def _month(point: DepthPoint, at: datetime) -> str | None:
    if abs(point.observed_at - at) > PARTITIONED_WITHIN:
        return None
    return point.observed_at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0).isoformat()


def _ensure_partitions(connection: "Connection", months: list[str]) -> None:
    # Beforehand and by itself: attaching a partition locks the default one until the transaction ends.
    from sqlalchemy import text

    connection.execute(text(_PARTITIONS), {"months": months})


def _store(connection: "Connection", points: Sequence[DepthPoint], at: datetime, data_source: DataSource) -> int:
    from sqlalchemy import text

    sources = dict.fromkeys(point.provider for point in points)
    stamp(connection, DATASET, at=at, sources=sources, data_source=data_source)
    connection.execute(text(_STAGE))
    copy_rows(connection, "staged_depth", _COLUMNS, _rows(points))
    return max(connection.execute(text(_MERGE)).rowcount, 0)


def _rows(points: Iterable[DepthPoint]) -> Iterator[Sequence[Field]]:
    for point in points:
        yield (
            point.token_id,
            point.provider,
            point.observed_at,
            point.known_at,
            point.market,
            point.quote_currency,
            *astuple(point.measures),
        )
