"""The work of a backfill: units one after the other, candles a stretch at a time, until the time of the call is used.

What was learnt is stored and written down before the next question is asked, so that a call may die at any moment.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shared.core.clock import Clock
from shared.core.errors import UnavailableError
from shared.core.settings import DataSource
from shared.domain.candles.checking import check
from shared.domain.candles.writing import CandleWriter
from shared.domain.chains.choosing import chosen
from shared.domain.chains.known import DAYS, Known
from shared.domain.chains.writing import ChainMetricsWriter
from shared.domain.history.stored import StoredHistory
from shared.providers.candle_requests import CandleRequest
from shared.providers.chain_frame import ChainRequest
from shared.providers.sources import Run, Sources
from shared.records.backfill import BackfillProgress
from shared.records.candles import INTERVALS, CandleRecord
from shared.records.chains import ChainMetric
from shared.records.refresh import SourceReport

from .ledger import BackfillLedger, LostTurnError
from .markets import Markets
from .ordering import order_of, time_of
from .units import CandleUnit, ChainUnit, Unit, stretch_from, units_of

log = logging.getLogger(__name__)

ASKED_WITHIN = timedelta(seconds=30)
ATTEMPTS = 3
"""After so many silences a unit is given up, so that one of them does not keep all others from their turn."""
FAILED_NAMED = 100
_TRY_AGAIN = timedelta(seconds=30)
_WAIT_ONLY = frozenset({"quota_spent", "rate_limited", "no_time"})
"""Silence that says nothing of the unit: one has to wait for one's turn."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""History may be read, but nobody has refreshed the present by it."""

CandleRun = Run[CandleRequest, CandleRecord]


class _SilenceError(Exception):
    """Nobody answered for a unit that somebody has."""

    def __init__(self, reports: Sequence[SourceReport]) -> None:
        self.codes = {report.error_code for report in reports if report.error_code}
        super().__init__(", ".join(f"{report.provider}: {report.error}" for report in reports if report.error))


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """The job function's work and what it needs."""

    ledger: BackfillLedger
    stored: StoredHistory
    markets: Markets
    candles: Sources[CandleRequest, CandleRecord]
    chains: Sources[ChainRequest, ChainMetric]
    candle_writer: CandleWriter
    chain_writer: ChainMetricsWriter
    clock: Clock
    source: DataSource
    on_save: Callable[[BackfillProgress], None] = lambda _: None
    """Told how far it is whenever that is written down."""
    closing: Sequence[Callable[[], Awaitable[None]]] = ()

    async def close(self) -> None:
        """Let go of connections, where a process goes on without it."""
        for close in self.closing:
            await close()

    async def run(self, body: object) -> BackfillProgress:
        """Do the next part of what the body asks for, and return how far it is.

        Raises:
            InvalidParameterError: the body cannot be followed.
            UnavailableError: nobody could be asked; what was done stays done.
        """
        order, within = order_of(body, now=self.clock.now()), time_of(body)

        async def choose() -> tuple[str, ...]:
            return order.tokens or (await self.stored.largest(order.top) if order.top else ())

        progress, ours = await self.ledger.claim(order, choose)
        if not ours:
            return progress
        try:
            return await self._work(progress, within)
        except LostTurnError:
            log.warning("backfill.overtaken", extra={"backfill": progress.name})
            return replace(progress, lease_until=self.clock.now() + _TRY_AGAIN)

    async def _work(self, progress: BackfillProgress, within: timedelta) -> BackfillProgress:
        ends = self.clock.monotonic() + within.total_seconds()
        units = units_of(progress.order, progress.tokens)
        while progress.unit < len(units) and self.clock.monotonic() < ends:
            unit = units[progress.unit]
            part = _Part(self, unit, replace(progress, at=str(unit)), ends)
            try:
                progress = await part.do()
            except _SilenceError as silence:
                await self.ledger.release(_given_up(part.progress, unit, silence))
                told = f"Nobody answered for {unit} ({silence}); {progress.unit} of {len(units)} parts are done"
                raise UnavailableError(told, _TRY_AGAIN) from silence
            except LostTurnError:
                raise
            except Exception:
                await self.ledger.release(part.progress)
                raise
        if progress.unit >= len(units):
            progress = replace(progress, state="done", at="")
        return await self.ledger.release(progress)


class _Part:
    """One unit in one call."""

    def __init__(self, job: Backfill, unit: Unit, progress: BackfillProgress, ends: float) -> None:
        self.progress = progress
        self._job = job
        self._unit = unit
        self._ends = ends

    async def do(self) -> BackfillProgress:
        """Go on with the unit until it is done or the time is used, and return how far that is."""
        if isinstance(self._unit, CandleUnit):
            await self._candles(self._unit)
        else:
            await self._metrics(self._unit)
        return self.progress

    async def _save(self, progress: BackfillProgress) -> None:
        self.progress = await self._job.ledger.save(progress)
        self._job.on_save(self.progress)

    async def _next_unit(self) -> None:
        await self._save(replace(self.progress, unit=self.progress.unit + 1, cursor=None, attempts=0))

    async def _candles(self, unit: CandleUnit) -> None:
        run = await self._job.candles.begin()
        silent = False
        try:
            while not silent and self._job.clock.monotonic() < self._ends:
                cursor = self.progress.cursor or self.progress.order.start
                start, end = stretch_from(cursor, unit.interval, self.progress.order.end)
                if start >= end:
                    await self._next_unit()
                    return
                silent = not await self._stretch(run, unit, start, end)
        finally:
            reports = await run.end()
        if silent:
            await self._answer_silence(reports)

    async def _stretch(self, run: CandleRun, unit: CandleUnit, start: datetime, end: datetime) -> bool:
        """Fill a stretch, or the part of it that somebody answers; return whether somebody did."""
        job, progress = self._job, self.progress
        if await job.stored.is_complete(unit.token_id, unit.interval, start, end):
            await self._save(replace(progress, cursor=end, complete=progress.complete + 1))
            return True
        now = job.clock.now()
        markets = await job.markets.of(unit.token_id)
        request = CandleRequest(unit.token_id, unit.interval, start, end, now, markets)
        found = await run.first(request, within=ASKED_WITHIN)
        if found is None:
            return False
        closed = [record for record in check(found.records, now=found.fetched_at).records if record.closed]
        done = await job.candle_writer.store(closed, at=now, data_source=job.source, stamped=False)
        rows = progress.rows + done.stored + done.revised
        # One that answers less than was asked for is asked for the rest; it may have nothing there.
        last = max((record.opened_at for record in found.records), default=end)
        cursor = min(last + INTERVALS[unit.interval], end)
        await self._save(replace(progress, cursor=cursor, attempts=0, asked=progress.asked + 1, rows=rows))
        return True

    async def _metrics(self, unit: ChainUnit) -> None:
        job, progress = self._job, self.progress
        run = await job.chains.begin()
        try:
            request = ChainRequest(unit.topic, "day", unit.chain, progress.order.start)
            answers = await run.each(request, within=ASKED_WITHIN)
        finally:
            reports = await run.end()
        if not answers:
            await self._answer_silence(reports)
            return
        said = [metric for found in answers for metric in found.records if metric.observed_at < progress.order.end]
        kept = chosen(said, Known()).metrics
        rows = 0
        if kept:
            rows = await job.chain_writer.store(
                kept, dataset=DAYS, at=_NEVER, sources=sorted({each.source for each in kept}), data_source=job.source
            )
        self.progress = replace(progress, asked=progress.asked + len(answers), rows=progress.rows + rows)
        await self._next_unit()

    async def _answer_silence(self, reports: Sequence[SourceReport]) -> None:
        silence = _SilenceError(reports)
        if silence.codes:
            raise silence
        # Nobody failed: nobody has it.
        self.progress = replace(self.progress, without=self.progress.without + 1)
        await self._next_unit()


def _given_up(progress: BackfillProgress, unit: Unit, silence: _SilenceError) -> BackfillProgress:
    """Return the progress after a silence: the same unit again next time, or the next one after too many of them."""
    if silence.codes <= _WAIT_ONLY:
        return progress
    if progress.attempts + 1 < ATTEMPTS:
        return replace(progress, attempts=progress.attempts + 1)
    failed = (*progress.failed, str(unit))[:FAILED_NAMED]
    return replace(
        progress, unit=progress.unit + 1, cursor=None, attempts=0, failed=failed, failures=progress.failures + 1
    )
