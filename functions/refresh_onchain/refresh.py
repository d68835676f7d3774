"""The steps of a refresh of the chains, in the order in which data flows.

A run asks many sources a few at a time; what some of them do not tell is missing, and the rest is stored. A run in which nobody
said anything writes nothing, so the last good data stays and grows old.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from shared.core.settings import DataSource
from shared.domain.chains.choosing import Chosen, chosen, closes, own
from shared.domain.chains.known import DAYS
from shared.domain.chains.writing import ChainMetricsWriter
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.http.warming import warm
from shared.providers.chain_frame import ChainRequest
from shared.providers.sources import Sources
from shared.records.chains import ChainMetric
from shared.records.refresh import RefreshReport, SourceReport

from .planning import Plan, is_closing, questions

log = logging.getLogger(__name__)

NAME = "refresh_onchain"
AT_ONCE = 4
"""Questions under way; each goes to every source that has an answer."""
WITHIN = timedelta(seconds=25)
ASKED_WITHIN = timedelta(seconds=420)
"""For all questions: whatever is not asked by then waits for the next run."""
LEASE = timedelta(seconds=550)
"""A little over the function's time limit: whoever still holds it then is dead."""

ChainSources = Sources[ChainRequest, ChainMetric]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnChainRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    sources: ChainSources
    writer: ChainMetricsWriter
    source: DataSource
    warm_urls: Sequence[str] = ()
    within: timedelta = WITHIN
    asked_within: timedelta = ASKED_WITHIN
    plan: Plan = questions
    """What is asked."""

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        now = report.started_at
        with steps("recall"):
            known = await self.writer.recall(now=now)
        with steps("fetch"):
            said, sources = await self._ask(list(self.plan(known, now=now)))
        report = replace(report, sources=sources)
        if not said:
            return replace(report, outcome="failed", detail="every source failed; the last good data stays")

        with steps("choose"):
            closing = is_closing(known, now=now)
            result = chosen([*said, *own(known, now=now, closing=closing)], known)
            made = tuple(closes(known, now=now, heard={metric.source for metric in said})) if closing else ()
        with steps("store"):
            rows = await self._store((*result.metrics, *made), at=now)
        with steps("warm"):
            await warm(self.warm_urls)
        return _told(report, result, rows)

    async def _ask(self, wanted: Sequence[ChainRequest]) -> tuple[list[ChainMetric], tuple[SourceReport, ...]]:
        """Return what everybody said, and each source's part in it."""
        run = await self.sources.begin()
        turnstile = asyncio.Semaphore(AT_ONCE)
        ends = self.clock.monotonic() + self.asked_within.total_seconds()

        async def one(request: ChainRequest) -> list[ChainMetric]:
            async with turnstile:
                if self.clock.monotonic() > ends:
                    return []
                return [metric for found in await run.each(request, within=self.within) for metric in found.records]

        try:
            answers = await asyncio.gather(*(one(request) for request in wanted))
        finally:
            sources = await run.end()
        return [metric for answer in answers for metric in answer], sources

    async def _store(self, chosen: Sequence[ChainMetric], *, at: datetime) -> int:
        """Store the moments, then the days; each has a stamp of its own."""
        rows = 0
        for resolution, dataset in (("now", NAME), ("day", DAYS)):
            metrics = [metric for metric in chosen if metric.resolution == resolution]
            if metrics:
                rows += await self.writer.store(
                    metrics, dataset=dataset, at=at, sources=_heard(metrics), data_source=self.source
                )
        return rows


def _heard(metrics: Iterable[ChainMetric]) -> list[str]:
    """Return who told most, most first; our own quotes are no source of theirs."""
    told = Counter(part for metric in metrics for part in metric.source.split("+"))
    return [source for source, _ in told.most_common()]


def _told(report: RefreshReport, result: Chosen, rows: int) -> RefreshReport:
    absurd = Counter(metric.source for metric in result.refused)
    sources = tuple(
        replace(source, error=f"{absurd[source.provider]} absurd values", error_code="implausible")
        if source.provider in absurd and source.error is None
        else source
        for source in report.sources
    )
    short = any(source.error is not None for source in sources)
    detail = f"{sum(absurd.values())} absurd values refused" if absurd else None
    return replace(report, rows=rows, sources=sources, detail=detail, outcome="degraded" if short else "succeeded")
