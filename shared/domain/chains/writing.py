"""Storing metrics: COPY to staging, then only what is new or differs from what was known before."""

from collections.abc import Collection, Iterable
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from shared.core.settings import DataSource
from shared.db.copying import copy_rows
from shared.db.engine import Database
from shared.domain.datasets.stamping import stamp
from shared.records.chains import ChainMetric

from .catalogue import places
from .known import Known, load_known

if TYPE_CHECKING:
    from sqlalchemy import Connection

COLUMNS = ("chain", "metric", "resolution", "observed_at", "known_at", "value", "source")
_row_of = attrgetter(*COLUMNS)

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(4209001)"
_STAGE = "CREATE TEMPORARY TABLE staged_chain_metrics ON COMMIT DROP AS SELECT * FROM chain_metrics WITH NO DATA"
_ANALYZE = "ANALYZE staged_chain_metrics"
# What is compared with is what was known when the staged value became known, so that late imports fall into place. A day stays
# its source's: another one, which measures otherwise, revises nothing unless it is preferred; whoever is in no list comes last.
_MERGE = """
    INSERT INTO chain_metrics (chain, metric, resolution, observed_at, known_at, value, source)
    WITH places AS (
        SELECT * FROM unnest(CAST(:chains AS text[]), CAST(:metrics AS text[]), CAST(:sources AS text[]), CAST(:places AS integer[]))
            AS told (chain, metric, source, place)
    )
    SELECT staged.chain, staged.metric, staged.resolution, staged.observed_at, staged.known_at, staged.value, staged.source
    FROM (
        SELECT DISTINCT ON (chain, metric, resolution, observed_at, known_at) every.*, coalesce(place, 1000) AS place
        FROM staged_chain_metrics AS every LEFT JOIN places USING (chain, metric, source)
        ORDER BY chain, metric, resolution, observed_at, known_at, coalesce(place, 1000), source
    ) AS staged
    LEFT JOIN LATERAL (
        SELECT held.value, held.source FROM chain_metrics AS held
        WHERE held.chain = staged.chain AND held.metric = staged.metric AND held.resolution = staged.resolution
          AND held.observed_at = staged.observed_at AND held.known_at <= staged.known_at
        ORDER BY held.known_at DESC LIMIT 1
    ) AS known ON true
    LEFT JOIN places AS theirs ON theirs.chain = staged.chain AND theirs.metric = staged.metric AND theirs.source = known.source
    WHERE known.value IS DISTINCT FROM staged.value AND (
        known.source IS NULL OR known.source = staged.source OR staged.resolution = 'now'
        OR staged.place < coalesce(theirs.place, 1000)
    )
    ON CONFLICT DO NOTHING
"""


class ChainMetricsWriter:
    """The metrics of chains, for refreshers and imports, over a writing `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recall(self, *, now: datetime) -> Known:
        """Return what was known at `now`, to judge new values by.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
        """
        return await load_known(self._database, now=now)

    async def store(
        self,
        metrics: Iterable[ChainMetric],
        *,
        dataset: str,
        at: datetime,
        sources: Collection[str],
        data_source: DataSource,
    ) -> int:
        """Store metrics and stamp the dataset, in one transaction; return how many rows were new or revised.

        Args:
            metrics: A value that equals the one already known writes nothing, a different one is a new row.
            dataset: What is refreshed by them: `refresh_onchain`, or the name of an import.
            at: When the refresh began.
            sources: Who was heard.
            data_source: Which kind of data it is.

        Raises:
            DatabaseUnavailableError: PostgreSQL does not answer.
            SettingsError: the database holds another kind of data.
        """
        rows = [_row_of(metric) for metric in metrics]

        def work(connection: "Connection") -> int:
            stamp(connection, dataset, at=at, sources=sources, data_source=data_source)
            return merge(connection, rows)

        return await self._database.transaction(work)


def merge(connection: "Connection", rows: Iterable[tuple[str, ...]]) -> int:
    """Write rows in the order of `COLUMNS` within the caller's transaction; return how many were new or revised."""
    from sqlalchemy import text

    connection.execute(text(_ONE_AT_A_TIME))
    connection.execute(text(_STAGE))
    copy_rows(connection, "staged_chain_metrics", COLUMNS, rows)
    connection.execute(text(_ANALYZE))
    chains, metrics, sources, first_to_last = zip(*places(), strict=True)
    values = {"chains": list(chains), "metrics": list(metrics), "sources": list(sources), "places": list(first_to_last)}
    return max(connection.execute(text(_MERGE), values).rowcount, 0)
