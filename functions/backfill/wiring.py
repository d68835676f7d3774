"""A backfill with its clients; also for a command that has no function to call."""

from collections.abc import Callable

from shared.cache.stores import open_documents
from shared.core.clock import SystemClock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.candles.writing import CandleWriter
from shared.domain.chains.writing import ChainMetricsWriter
from shared.domain.history.stored import StoredHistory
from shared.providers.candles import candle_sources
from shared.providers.chains import chain_sources
from shared.records.backfill import BackfillProgress

from .job import Backfill
from .ledger import BackfillLedger
from .markets import Markets


def backfill_over(settings: Settings, *, on_save: Callable[[BackfillProgress], None] = lambda _: None) -> Backfill:
    """Return a backfill over what the environment names.

    Raises:
        SettingsError: a setting is missing or cannot be read.
    """
    clock = SystemClock()
    documents = open_documents(settings, clock=clock)
    database = Database(settings.required_database(), read_only=False)
    stored = StoredHistory(database)
    candles, chains = candle_sources(settings, documents, clock), chain_sources(settings, documents, clock)
    return Backfill(
        ledger=BackfillLedger(documents, clock),
        stored=stored,
        markets=Markets(stored),
        candles=candles,
        chains=chains,
        candle_writer=CandleWriter(database),
        chain_writer=ChainMetricsWriter(database),
        clock=clock,
        source=settings.data_source,
        on_save=on_save,
        closing=(candles.close, chains.close, database.close, documents.close),
    )
