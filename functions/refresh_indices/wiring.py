"""The refresh with its clients."""

from datetime import timedelta

from shared.cache.stores import open_documents
from shared.core.clock import SystemClock
from shared.core.settings import Settings
from shared.db.engine import Database
from shared.domain.indices.history import HistoryScope
from shared.domain.indices.numeric.gauge import StoredGauge
from shared.domain.indices.numeric.loading import MarketLoader
from shared.domain.indices.writing import IndexWriter
from shared.domain.panels.reading import PanelReader

from .refresh import IndexRefresh

WITHIN = timedelta(seconds=120)
"""The first run reads and writes all of history."""


def refresh_over(settings: Settings) -> IndexRefresh:
    """Return a refresh over what the environment names.

    Raises:
        SettingsError: a setting is missing or cannot be read.
    """
    clock = SystemClock()
    database = Database(settings.required_database(), read_only=False, statement_within=WITHIN)
    return IndexRefresh(
        loader=MarketLoader(HistoryScope(database), PanelReader(database), StoredGauge(database)),
        writer=IndexWriter(database),
        documents=open_documents(settings, clock=clock),
        clock=clock,
        source=settings.data_source,
        warm_urls=settings.warm_urls,
    )
