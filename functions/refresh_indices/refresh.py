"""The steps of keeping the indices: where they stand, the market, what they did since, all of it stored together."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import ClassVar, TypedDict

from shared.core.errors import NoDataError
from shared.core.settings import DataSource
from shared.domain.indices.catalogue import DATASET, INDICES, MAIN
from shared.domain.indices.numeric.keeping import FEWEST_MEMBERS, Inputs, advanced, may_begin
from shared.domain.indices.numeric.loading import MarketLoader
from shared.domain.indices.numeric.state import tokens_of
from shared.domain.indices.writing import IndexWriter
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.http.warming import warm
from shared.records.indices import IndexAdvance, StoredIndex
from shared.records.refresh import Outcome, RefreshReport, SourceReport

LEASE = timedelta(seconds=550)
SETTLED = timedelta(minutes=15)
"""After midnight: until then the last candles of a day may still come in."""
JUDGED_WITHIN = timedelta(hours=6)
"""After midnight: so long the index waits for the regime of the day that has ended, then the step before holds."""
_OWN = "cryptoprism"

Stored = Mapping[str, StoredIndex | None]


class _Ending(TypedDict):
    outcome: Outcome
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = DATASET
    lease: ClassVar[timedelta] = LEASE
    loader: MarketLoader
    writer: IndexWriter
    source: DataSource
    warm_urls: Sequence[str] = ()

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        with steps("recall"):
            stored = {index_id: await self.writer.stored(index_id) for index_id in INDICES}
        settled = report.started_at - SETTLED
        advances: Sequence[IndexAdvance] = ()
        missing: _Missing | None = None
        if not _complete(stored, settled):
            with steps("load"):
                held = set().union(*(tokens_of(each.state) for each in stored.values() if each))
                try:
                    loaded = await self.loader.load(as_of=report.started_at, also=held, until=_day(settled))
                except NoDataError as error:
                    return replace(report, **_without_history(stored, error))
            with steps("reckon"):
                inputs = await asyncio.to_thread(Inputs.of, loaded.market, loaded.gauge)
                waits = loaded.gauge is not None and not loaded.judged and _is_early(report.started_at)
                advances = await asyncio.to_thread(_advances, inputs, stored, {MAIN} if waits else set())
                if stored[MAIN] is None and MAIN not in {each.index_id for each in advances}:
                    missing = await asyncio.to_thread(_missing, inputs, waits=waits)
        with steps("store"):
            sources = [_OWN]
            rows = await self.writer.store(advances, at=report.started_at, sources=sources, data_source=self.source)
        with steps("warm"):
            await warm(self.warm_urls)
        done = replace(report, rows=rows, sources=(SourceReport(provider=_OWN, rows=rows, latency_ms=None),))
        if missing is None:
            return replace(done, outcome="succeeded")
        return replace(done, outcome="succeeded" if missing.expected else "degraded", detail=f"{MAIN} {missing.words}")


def _without_history(stored: Stored, error: NoDataError) -> "_Ending":
    if any(stored.values()):
        return {"outcome": "degraded", "detail": str(error)}
    # Nothing failed: a fresh place has no completed day yet.
    return {"outcome": "succeeded", "detail": f"nothing to keep yet: {error}"}


@dataclass(frozen=True, slots=True)
class _Missing:
    """Why the main index has not begun."""

    words: str
    expected: bool
    """Whether time alone will bring it: nothing has failed."""


def _missing(inputs: Inputs, *, waits: bool) -> _Missing:
    if not may_begin(INDICES[MAIN], inputs.market):
        few = f"begins with the first completed day of which {FEWEST_MEMBERS} capitalisations are known"
        return _Missing(few, expected=True)
    if waits:
        return _Missing(f"waits for the regime of {inputs.market.days[-1]}", expected=True)
    return _Missing("cannot begin: there is no gauge of the regime", expected=False)


def _complete(stored: Stored, settled: datetime) -> bool:
    """Return whether every index stands at the last completed day."""
    last = _day(settled) - timedelta(days=1)
    return all(each is not None and each.day >= last for each in stored.values())


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


def _is_early(now: datetime) -> bool:
    """Return whether the regime may still be judged in time for the next open to be followed."""
    return timedelta(hours=now.hour, minutes=now.minute) < JUDGED_WITHIN


def _advances(inputs: Inputs, stored: Stored, waiting: Collection[str]) -> list[IndexAdvance]:
    made = (advanced(index, inputs, stored[index.id]) for index in INDICES.values() if index.id not in waiting)
    return [each for each in made if each is not None]
