"""A file that is being read, by columns or by rows, once or twice, and how far that is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from shared.domain.candles.blocks import Told
from shared.records.candles import INTERVALS, CandleRecord

from .asking import Ask
from .files import opened
from .formats import Fact, Format, Source
from .layouts import GENERIC, layout_of
from .plain_block import PlainBlock
from .plain_candles import PlainCandles
from .plain_csv import NotPlainError
from .refusals import Tally

_STEP = 5_000
_DAY = timedelta(days=1)


@dataclass(slots=True)
class Progress:
    """How far an import is; written by the thread that reads and read by whoever shows it."""

    total_bytes: int = 0
    read_bytes: int = 0
    facts: int = 0


OnProgress = Callable[[Progress], None]


class ShortCandles(Exception):  # noqa: N818  # never leaves this package
    """A file holds candles shorter than a day, and their partitions are yet to be made."""


class Reading:
    """One file, to be read once or twice."""

    def __init__(self, path: Path, chosen: Format, ask: Ask, skip_bad: bool, on_progress: OnProgress) -> None:
        self.path = path
        self.format = chosen
        self.ask = ask
        self.skip_bad = skip_bad
        self.progress = Progress()
        self._on_progress = on_progress
        self._months_made = False

    @contextmanager
    def facts(self, tally: Tally) -> Iterator[Iterator[Fact]]:
        """Give the facts of the file, counted."""
        self.progress = Progress(self.path.stat().st_size)
        with opened(self.path) as (stream, raw):
            yield self._counted(self.format.read(Source(self.path, stream), self.ask, tally), raw)
        self.progress.read_bytes = self.progress.total_bytes
        self._on_progress(self.progress)

    @property
    def is_short(self) -> bool:
        """Return whether it is known without reading that the candles are shorter than a day."""
        interval = self.ask.interval or (None if self.format.layout is None else self.format.layout.interval)
        return interval is not None and INTERVALS[interval] < _DAY

    @contextmanager
    def columns(self, tally: Tally) -> Iterator[tuple[Told, Iterator[PlainBlock]]]:
        """Give the candles of the file by columns, counted, and what is the same of all.

        Raises:
            NotPlainError: they have to be read row by row.
        """
        if self.format.columns is None:
            raise NotPlainError
        self.progress = Progress(self.path.stat().st_size)
        with opened(self.path) as (stream, raw):
            columns = self.format.columns(Source(self.path, stream))
            layout = self.format.layout or layout_of(columns.header) or GENERIC
            candles = PlainCandles(layout, self.ask, tally)
            yield candles.told, self._counted_blocks(candles.read(columns), raw)
        self.progress.read_bytes = self.progress.total_bytes
        self._on_progress(self.progress)

    def months_by_columns(self) -> set[datetime]:
        """Return the beginning of every month that the file has candles of.

        Raises:
            NotPlainError: they have to be read row by row.
        """
        found: set[datetime] = set()
        with self.columns(Tally(self.path.name)) as (_, blocks):
            found.update(*(block.months() for block in blocks))
        return found

    def months(self) -> set[datetime]:
        """Return the beginning of every month that the file has candles of.

        Raises:
            FileRefusedError: a row is bad and not to be skipped.
        """
        self._months_made = True
        found = set()
        with self.facts(Tally(self.path.name, skip_bad=self.skip_bad)) as facts:
            for fact in facts:
                if isinstance(fact, CandleRecord):
                    found.add(fact.opened_at.replace(day=1, hour=0, minute=0))
        return found

    def _counted_blocks(self, blocks: Iterator[PlainBlock], raw: BinaryIO) -> Iterator[PlainBlock]:
        for block in blocks:
            self.progress.facts += len(block.tokens)
            self.progress.read_bytes = raw.tell()
            self._on_progress(self.progress)
            yield block

    def _counted(self, facts: Iterator[Fact], raw: BinaryIO) -> Iterator[Fact]:
        for fact in facts:
            self.progress.facts += 1
            if self.progress.facts % _STEP == 0:
                self.progress.read_bytes = raw.tell()
                self._on_progress(self.progress)
            if isinstance(fact, CandleRecord) and not self._months_made and INTERVALS[fact.interval] < _DAY:
                raise ShortCandles
            yield fact
