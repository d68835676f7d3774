"""The steps of a refresh of signals, in the order in which data flows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.datapoints.catalogue import data_points
from shared.domain.datapoints.inputs import InputReader, Inputs
from shared.domain.datapoints.numeric.table import DataPoints, Table
from shared.domain.datapoints.recall import DataPointRecall, missing
from shared.domain.panels.reading import CHUNK, PanelReader
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.domain.signals.numeric.deciding import decided
from shared.domain.signals.writing import Run, SignalWriter
from shared.http.warming import warm
from shared.records.refresh import RefreshReport

NAME = "refresh_signals"
LEASE = timedelta(seconds=130)
DAYS = 400
"""Of history: the longest data point looks back 366 days, and what fades has faded by then."""
BITCOIN = "bitcoin"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    database: Database
    source: DataSource
    warm_urls: Sequence[str] = ()
    chunk: int = CHUNK
    days: int = DAYS

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        now = report.started_at
        with steps("inputs"):
            inputs = await InputReader(self.database).read(now=now)
        if not inputs.tokens:
            return replace(report, outcome="failed", detail="no token is quoted yet; the last good data stays")
        day = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
        with steps("compute"):
            points, bars_at = await self._points(inputs, day, now)
        with steps("decide"):
            said = await asyncio.to_thread(decided, points, inputs)
        with steps("store"):
            run = Run(at=now, day=day, bars_at=bars_at, data_source=self.source)
            logged = await SignalWriter(self.database).store(said, run)
        with steps("warm"):
            await warm(self.warm_urls)
        detail = f"{logged.emitted} signals emitted, {logged.graded} graded"
        return replace(report, rows=len(said.verdicts), outcome="succeeded", detail=detail)

    async def _points(self, inputs: Inputs, day: datetime, now: datetime) -> tuple[DataPoints, list[datetime]]:
        """Return all data points, and when those of daily bars were made: now, or within the hour by an earlier run."""
        table = Table(inputs)
        held = await DataPointRecall(self.database).held(day=day, now=now, count=len(data_points()))
        token_ids = [token.token_id for token in inputs.tokens]
        table.reuse(held)
        await self._bars(table, missing(token_ids, held), now)
        return table.finished(), [held.bars_at.get(token_id, now) for token_id in token_ids]

    async def _bars(self, table: Table, token_ids: Sequence[str], now: datetime) -> None:
        """Fill in what daily bars say; while one chunk of tokens is computed, the next one is read."""
        if not token_ids:
            return
        reader = PanelReader(self.database)
        benchmark = await reader.panel([BITCOIN], as_of=now, days=self.days)
        chunks = [token_ids[first : first + self.chunk] for first in range(0, len(token_ids), self.chunk)]
        panel = await reader.panel(chunks[0], as_of=now, days=self.days)
        for following in chunks[1:]:
            computing = asyncio.to_thread(table.bars, panel, benchmark.close[:, 0])
            _, panel = await asyncio.gather(computing, reader.panel(following, as_of=now, days=self.days))
        await asyncio.to_thread(table.bars, panel, benchmark.close[:, 0])
