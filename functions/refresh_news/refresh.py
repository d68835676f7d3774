"""The steps of a news refresh, in the order in which data flows.

Every source is asked every time, because none has the news of another. A run that no source answered writes nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from shared.core.settings import DataSource
from shared.domain.news.addresses import canonical
from shared.domain.news.articles import Merged, merged
from shared.domain.news.catalogue import TokenCatalogue
from shared.domain.news.recognition import Recogniser
from shared.domain.news.titles import WINDOW
from shared.domain.news.writing import NewsWriter
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.http.warming import warm
from shared.providers.news import NewsSources
from shared.providers.sources import Found
from shared.records.news import NewsItem, NewsRecord, NewsRequest, UnusableNews
from shared.records.refresh import RefreshReport, SourceReport

NAME = "refresh_news"
FETCH_WITHIN = timedelta(seconds=30)
LEASE = timedelta(seconds=125)
"""A little over the function's time limit: whoever still holds it then is dead."""
COMPARED_FOR = timedelta(days=3)
"""Titles of older articles are not compared any more; addresses are for ever."""
CATCHING_UP_AFTER = timedelta(minutes=30)
ATTEMPTS = 2
NOT_LOST = frozenset({"no_key", "quota_spent"})
"""A source that nobody gave a key for, or that is asked less often than we run, is not missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    sources: NewsSources
    writer: NewsWriter
    data_source: DataSource
    warm_urls: Sequence[str] = ()
    fetch_within: timedelta = FETCH_WITHIN

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        began = self.clock.now()
        with steps("fetch"):
            found, told = await self._fetched(began)
        items = [item for answer in found for item in answer.records]
        records = [item for item in items if isinstance(item, NewsRecord)]
        dropped = Counter(item.provider for item in items if isinstance(item, UnusableNews))
        report = replace(report, sources=tuple(_counted(source, dropped) for source in told), detail=_detail(dropped))
        if not found:
            return replace(report, outcome="failed", detail="every source failed; the last good news stay")

        with steps("store"):
            result, rows = await self._stored(records, [answer.provider for answer in found], began)
        if rows is None or result is None:
            return replace(report, outcome="failed", detail="overtaken twice by another run")
        with steps("warm"):
            await warm(self.warm_urls)
        lost = any(source.error is not None and source.error_code not in NOT_LOST for source in report.sources)
        untold = sum(not article.mentions for article in result.revisions)
        return replace(report, outcome="degraded" if lost else "succeeded", rows=rows, unmatched=untold)

    async def _fetched(self, began: datetime) -> tuple[list[Found[NewsItem]], tuple[SourceReport, ...]]:
        known = await self.writer.recall([], since=began)
        last_us = known.refreshed_us
        behind = last_us is None or began.timestamp() - last_us / 1_000_000 > CATCHING_UP_AFTER.total_seconds()
        run = await self.sources.begin()
        found = await run.each(NewsRequest(catching_up=behind), within=self.fetch_within)
        return found, await run.end()

    async def _stored(
        self, records: Sequence[NewsRecord], sources: Sequence[str], began: datetime
    ) -> tuple[Merged | None, int | None]:
        """Merge with what is stored and store; once more when another run stored something in between."""
        recogniser = Recogniser(TokenCatalogue(await self.writer.catalogue()))
        addresses = {canonical(record.url) for record in records}
        oldest = min((record.published_at for record in records), default=began)
        since = max(oldest, began - COMPARED_FOR) - WINDOW
        for _ in range(ATTEMPTS):
            known = await self.writer.recall(addresses, since=since)
            result = merged(records, known.news, recogniser)
            rows = await self.writer.store(
                result, at=self.clock.now(), sources=sources, data_source=self.data_source, seen=known.refreshed_us
            )
            if rows is not None:
                return result, rows
        return None, None


def _counted(source: SourceReport, dropped: Counter[str]) -> SourceReport:
    return replace(source, rows=source.rows - dropped[source.provider])


def _detail(dropped: Counter[str]) -> str | None:
    if not dropped:
        return None
    return "rows that are no articles: " + ", ".join(f"{name} {count}" for name, count in sorted(dropped.items()))
