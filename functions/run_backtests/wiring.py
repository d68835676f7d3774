"""A worker with its clients."""

from datetime import timedelta

from shared.cache.stores import open_documents
from shared.core.clock import SystemClock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.backtests.ledger import BacktestLedger
from shared.domain.indices.history import HistoryScope
from shared.domain.indices.numeric.gauge import StoredGauge
from shared.domain.indices.numeric.loading import MarketLoader
from shared.domain.panels.reading import PanelReader

from .work import BacktestWorker

READ_WITHIN = timedelta(seconds=60)
"""Ten years of five hundred tokens are some hundred megabytes."""


def worker_over(settings: Settings) -> BacktestWorker:
    """Return a worker over what the environment names.

    Raises:
        SettingsError: a setting is missing or cannot be read.
    """
    clock = SystemClock()
    documents = open_documents(settings, clock=clock)
    database = Database(settings.required_database(), read_only=True, statement_within=READ_WITHIN)
    loader = MarketLoader(HistoryScope(database), PanelReader(database), StoredGauge(database))
    return BacktestWorker(ledger=BacktestLedger(documents, clock), loader=loader, clock=clock)
