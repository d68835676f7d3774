"""Indices over a real database: a seeded market, a gauge that is given, the refresh and the worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from functions.refresh_indices.refresh import IndexRefresh
from functions.run_backtests.work import BacktestWorker
from shared.cache.documents import DocumentStore
from shared.cache.embedded import EmbeddedDocuments
from shared.core.clock import Clock
from shared.db.engine import Database
from shared.domain.backtests.ledger import BacktestLedger
from shared.domain.indices.history import HistoryScope
from shared.domain.indices.numeric.loading import MarketLoader
from shared.domain.indices.writing import IndexWriter
from shared.domain.panels.panel import DayArray, FloatArray, Panel
from shared.domain.panels.reading import PanelReader
from shared.http.refresh import Occasion
from shared.records.refresh import RefreshReport
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.panels import store, walks

TOKENS = 24
DAYS = 130
NOT_BEGUN = frozenset({"btc-200-day", "btc-two-states"})
"""Their rules look back further than that."""


class WavingGauge:
    """A gauge that swings from −2 to 2 and back in 74 days; it knows the calendar and nothing else."""

    async def steps(self, days: DayArray, *, as_of: datetime) -> FloatArray | None:
        return np.round(2 * np.sin(days.astype(np.int64) / 37 * np.pi))


class SilentGauge:
    """No regime was ever told."""

    async def steps(self, days: DayArray, *, as_of: datetime) -> FloatArray | None:
        return None


Gauge = WavingGauge | SilentGauge


def market(days: int = DAYS, *, tokens: int = TOKENS, last: datetime = NOON) -> Panel:
    """Return a market of which every shorter one is a part."""
    whole = walks(DAYS + 60, tokens, seed=21, last=last + timedelta(days=60))
    return whole.until(days)


def stored_market(place: Place, days: int = DAYS) -> Panel:
    """Return a market that ends yesterday, as it lies in PostgreSQL."""
    panel = market(days)
    end = np.datetime64(NOON.replace(tzinfo=None), "D")
    shifted = replace(panel, days=np.arange(end - DAYS, end - DAYS + days))
    store(place, shifted)
    return shifted


def documents_in(folder: Path, clock: Clock) -> DocumentStore:
    return EmbeddedDocuments(str(folder / "documents.sqlite"), clock=clock)


def loader_over(database: Database, gauge: Gauge) -> MarketLoader:
    return MarketLoader(HistoryScope(database), PanelReader(database), gauge)


@asynccontextmanager
async def refreshing(
    place: Place, folder: Path, clock: SteppingClock, gauge: Gauge | None = None
) -> AsyncIterator[IndexRefresh]:
    database = Database(place.writer, read_only=False)
    documents = documents_in(folder, clock)
    try:
        yield IndexRefresh(
            loader=loader_over(database, gauge or WavingGauge()),
            writer=IndexWriter(database),
            documents=documents,
            clock=clock,
            source="sandbox",
        )
    finally:
        await documents.close()
        await database.close()


async def refresh_once(
    place: Place, folder: Path, clock: SteppingClock | None = None, gauge: Gauge | None = None
) -> RefreshReport:
    clock = clock or SteppingClock(NOON)
    async with refreshing(place, folder, clock, gauge) as refresh:
        return await refresh.run(Occasion(f"refresh_indices@{clock.now().isoformat()}"))


def worker_over(
    database: Database, documents: DocumentStore, clock: Clock, gauge: Gauge | None = None
) -> BacktestWorker:
    return BacktestWorker(
        ledger=BacktestLedger(documents, clock), loader=loader_over(database, gauge or WavingGauge()), clock=clock
    )
