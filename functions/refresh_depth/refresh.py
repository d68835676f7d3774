"""The steps of a refresh of order books, in the order in which data flows.

Exchanges are asked beside each other, each for one book after the other at its own pace; the others are asked for what none of
the first three told. A run in which no exchange told a book writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import DataSource, Settings
from shared.db.engine import Database
from shared.domain.depth.measuring import measure
from shared.domain.depth.planning import DepthPlanner, Named, Plan
from shared.domain.depth.writing import DepthWriter
from shared.domain.market.listings import listings
from shared.domain.market.service import STALE_AFTER
from shared.domain.market.writing import MarketWriter
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.providers.candle_requests import MarketsRequest
from shared.providers.depth import BookSources, book_sources
from shared.providers.markets import MarketSources, book_market_sources
from shared.records.depth import BookRecord, DepthPoint
from shared.records.refresh import RefreshReport, SourceReport

from .proving import believed
from .rounds import Collected, collect

NAME = "refresh_depth"
TOKENS = 100
LEASE = timedelta(seconds=58)
"""A little over the function's time limit: whoever still holds it then is dead."""
FETCH_WITHIN = timedelta(seconds=38)
LIST_WITHIN = timedelta(seconds=8)
LISTED_FOR = timedelta(hours=6)
"""Exchanges list new tokens now and then; their lists are long."""


def depth_refresh(settings: Settings, database: Database, documents: DocumentStore, clock: Clock) -> "DepthRefresh":
    """Make the refresh as the settings say.

    Raises:
        SettingsError: an address, a limit or `DEPTH_TOKENS` cannot be read.
    """
    return DepthRefresh(
        books=book_sources(settings, documents, clock),
        markets=book_market_sources(settings, documents, clock),
        catalogue=MarketWriter(database),
        planner=DepthPlanner(database),
        writer=DepthWriter(database),
        documents=documents,
        clock=clock,
        source=settings.data_source,
        tokens=settings.whole("DEPTH_TOKENS", TOKENS, low=1, high=1000),
    )


@dataclass(slots=True)
class Listed:
    """Which markets may be which tokens', as this instance last read them."""

    markets: frozenset[Named] = frozenset()
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    books: BookSources
    markets: MarketSources
    catalogue: MarketWriter
    planner: DepthPlanner
    writer: DepthWriter
    source: DataSource
    tokens: int
    fetch_within: timedelta = FETCH_WITHIN
    listed: Listed = field(default_factory=Listed)

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        with steps("plan"):
            plan = await self._plan()
        if not plan.tokens:
            return replace(report, outcome="failed", detail="no token is ranked yet")
        listed: tuple[SourceReport, ...] = ()
        if self.listed.until is None or self.clock.now() >= self.listed.until:
            with steps("list"):
                listed = await self._list()
        plan = plan.with_candidates(self.listed.markets)
        with steps("fetch"):
            turn = int(report.started_at.timestamp() // 60)
            collected = await collect(self.books, plan.tokens, within=self.fetch_within, turn=turn)
        books, proven = believed(collected.books, plan, self.listed.markets)
        missing = collected.missing + len(collected.books) - len(books)
        report = replace(report, sources=_with(collected.sources, listed), unmatched=missing)
        if not books:
            return replace(report, outcome="failed", detail="no exchange told a book; the last measures stay")
        with steps("measure"):
            points = _measured(books, plan)
        with steps("store"):
            rows = await self.writer.store(points, at=report.started_at, data_source=self.source)
            await self.planner.learn(proven, at=report.started_at)
        detail = f"left alone before the end: {', '.join(collected.given_up)}" if collected.given_up else None
        return replace(
            report, rows=rows, detail=detail, outcome="degraded" if _fell_short(report, collected) else "succeeded"
        )

    async def _plan(self) -> Plan:
        return await self.planner.plan(self.tokens, recent=self.clock.now() - STALE_AFTER)

    async def _list(self) -> tuple[SourceReport, ...]:
        """Learn which markets the exchanges have; where one does not tell, all are asked again soon."""
        run = await self.markets.begin()
        found = await run.each(MarketsRequest(), within=LIST_WITHIN)
        reports = await run.end()
        if found:
            known = await self.catalogue.load_matching()
            told = listings((record for answer in found for record in answer.records), known.tokens.values())
            renewed = {answer.provider for answer in found}
            kept = (each for each in self.listed.markets if each[0] not in renewed)
            self.listed.markets = frozenset((*told, *kept))
        if all(report.error_code is None for report in reports):
            self.listed.until = self.clock.now() + LISTED_FOR
        return reports


def _measured(books: Sequence[BookRecord], plan: Plan) -> list[DepthPoint]:
    rates = {"usd": Decimal(1), "usdt": plan.tether_usd}
    return [DepthPoint.of(book, measure(book, rates[book.quote_currency])) for book in books]


def _with(books: Sequence[SourceReport], listed: Sequence[SourceReport]) -> tuple[SourceReport, ...]:
    """Tell a failure to list markets where the exchange told its books."""
    failed = {each.provider: each for each in listed if each.error_code is not None}
    merged = [
        replace(each, error=failed[each.provider].error, error_code=failed[each.provider].error_code)
        if each.provider in failed and each.error_code is None
        else each
        for each in books
    ]
    return (*merged, *(each for name, each in failed.items() if name not in {report.provider for report in books}))


def _fell_short(report: RefreshReport, collected: Collected) -> bool:
    return any(source.error_code is not None for source in report.sources) or bool(collected.given_up)
