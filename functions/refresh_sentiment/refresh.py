"""The steps of a sentiment refresh, in the order in which data flows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from shared.core.settings import DataSource
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.domain.sentiment.composing import composed
from shared.domain.sentiment.measures import MarketMeasures, market_scores
from shared.domain.sentiment.writing import SentimentSnapshot, SentimentWriter
from shared.http.warming import warm
from shared.providers.sentiment import SentimentRequest, SentimentSources
from shared.records.refresh import RefreshReport, SourceReport
from shared.records.sentiment import NewsMood, SentimentRecord

NAME = "refresh_sentiment"
OWN = "cryptoprism"
FETCH_WITHIN = timedelta(seconds=40)
REVISABLE = timedelta(days=10)
"""So many days are asked for anew each time, in which values may have been revised."""
PRICED_WITHIN = timedelta(hours=1)
"""An index of now is not made of older prices."""
LEASE = timedelta(seconds=130)
_ALL = SentimentRequest(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    sources: SentimentSources
    writer: SentimentWriter
    source: DataSource
    warm_urls: Sequence[str] = ()
    fetch_within: timedelta = FETCH_WITHIN

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        with steps("fetch"):
            quoted, sources = await self._quoted(report.started_at)
        with steps("measure"):
            moods = await self.writer.read_news(now=report.started_at)
            own = self._own(await self.writer.measures(now=report.started_at), moods, report.started_at)
        report = replace(report, sources=(*sources, _own_report(own)), detail=_told(quoted, own))
        if not quoted and own is None:
            return replace(report, outcome="failed")
        with steps("store"):
            rows = await self.writer.store(
                SentimentSnapshot(
                    records=[*quoted, *([own] if own else [])],
                    moods=moods,
                    refreshed_at=report.started_at,
                    data_source=self.source,
                )
            )
        with steps("warm"):
            await warm(self.warm_urls)
        return replace(report, rows=rows, outcome="succeeded" if quoted and own else "degraded")

    async def _quoted(self, now: datetime) -> tuple[Sequence[SentimentRecord], tuple[SourceReport, ...]]:
        run = await self.sources.begin()
        found = await run.first(_days_since(await self.writer.newest(), now), within=self.fetch_within)
        return found.records if found else (), await run.end()

    def _own(self, measures: MarketMeasures | None, moods: Sequence[NewsMood], now: datetime) -> SentimentRecord | None:
        priced_at = measures.bitcoin.priced_at if measures else None
        if measures is None or priced_at is None or now - priced_at > PRICED_WITHIN:
            return None
        mood = next((each for each in moods if each.token_id is None), None)
        made = composed(market_scores(measures, mood))
        if made is None:
            return None
        return SentimentRecord(
            index="cryptoprism",
            at=now.replace(minute=0, second=0, microsecond=0),
            value=made.value,
            provider=OWN,
            fetched_at=self.clock.now(),
            components=made.components,
        )


def _days_since(newest: datetime | None, now: datetime) -> SentimentRequest:
    return _ALL if newest is None else SentimentRequest((now - newest + REVISABLE) // timedelta(days=1))


def _own_report(own: SentimentRecord | None) -> SourceReport:
    error = None if own else "prices are old, or too few components are known"
    return SourceReport(
        provider=OWN, rows=1 if own else 0, latency_ms=None, error=error, error_code=None if own else "not_computed"
    )


def _told(quoted: Sequence[SentimentRecord], own: SentimentRecord | None) -> str | None:
    if not quoted and own is None:
        return "Alternative.me did not answer and our own index could not be made; the last good data stays"
    gaps = (quoted[-1].at - quoted[0].at) // timedelta(days=1) + 1 - len(quoted) if quoted else 0
    return f"{gaps} days have no value" if gaps else None
