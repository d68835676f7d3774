"""The numbers of series and sources, asked for once by each writer."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from shared.db.statements import array_of
from shared.records.candles import INTERVALS, Interval
from shared.records.market import QuoteCurrency

from . import merging
from .merge import rows_of, run
from .preferring import preference_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

_INTERVAL_OF = {round(length.total_seconds()): interval for interval, length in INTERVALS.items()}


class Numbers:
    """What a writer knows; after a rollback it has to `forget`, as the transaction may have given some."""

    def __init__(self) -> None:
        self.series: dict[tuple[str, Interval], int] = {}
        self.sources: dict[tuple[str, QuoteCurrency], int] = {}

    def forget(self) -> None:
        """Drop numbers that may have been given by a transaction that was undone."""
        self.series.clear()
        self.sources.clear()

    def identify(self, connection: "Connection", series: Iterable[tuple[str, Interval]], at: datetime) -> None:
        """Learn the numbers of series, new ones included."""
        missing = sorted(set(series) - self.series.keys())
        if not missing:
            return
        wanted = {
            "token_ids": array_of([token_id for token_id, _ in missing]),
            "intervals": [round(INTERVALS[interval].total_seconds()) for _, interval in missing],
        }
        run(connection, merging.SERIES, **wanted, at=at)
        for token_id, interval_s, series_id in rows_of(connection, merging.SERIES_IDS, **wanted):
            self.series[token_id, _INTERVAL_OF[interval_s]] = series_id

    def name(self, connection: "Connection", sources: Iterable[tuple[str, QuoteCurrency]]) -> None:
        """Learn the numbers of sources, new ones included."""
        for provider, currency in set(sources) - self.sources.keys():
            named = {"provider": provider, "quote_currency": currency}
            run(connection, merging.SOURCE, **named, preference=preference_of(provider))
            [[source_id]] = rows_of(connection, merging.SOURCE_ID, **named)
            self.sources[provider, currency] = source_id
