"""The steps of a refresh of candles, in the order in which data flows.

Each may be repeated. A run in which nobody answered writes nothing, so what is stored stays, and becomes stale by its age.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.candles.building import FINER, CandleBuilder
from shared.domain.candles.checking import Checked, check
from shared.domain.candles.merge import CandlesStored
from shared.domain.candles.recall import CandleRecall
from shared.domain.candles.writing import DATASET, CandleWriter, Hole
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.providers.candle_requests import MarketRecord, MarketsRequest
from shared.providers.candles import CandleSources
from shared.providers.markets import MarketSources
from shared.records.candles import INTERVALS, Interval
from shared.records.refresh import Outcome, RefreshReport, SourceReport

from .asking import Answered, Gathered, gather
from .mapping import Markets
from .planning import FIRST, plan

log = logging.getLogger(__name__)

FETCH_WITHIN = timedelta(seconds=30)
MARKETS_WITHIN = timedelta(seconds=8)
MARKETS_KEPT = timedelta(hours=6)
LEASE = timedelta(seconds=58)
"""A little over the function's time limit: whoever still holds it then is dead."""
EACH_RUN: tuple[Interval, ...] = ("5m", "15m", "1h")
NOW_AND_THEN = 10
"""Minutes between the runs that build days and weeks, which read hours of every token."""


@dataclass(slots=True)
class _Listed:
    """The exchanges' lists of markets, as this instance last read them."""

    markets: tuple[MarketRecord, ...] = ()
    until: datetime | None = None
    disproved: set[tuple[str, str]] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = DATASET
    lease: ClassVar[timedelta] = LEASE
    candles: CandleSources
    markets: MarketSources
    database: Database
    source: DataSource
    tokens: int
    fetch_within: timedelta = FETCH_WITHIN
    first: Mapping[Interval, int] = field(default_factory=lambda: FIRST)
    """How many candles a new series begins with."""
    _listed: _Listed = field(default_factory=_Listed)

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        now = report.started_at
        recall = CandleRecall(self.database)
        with steps("plan"):
            known = await recall.known()
            gaps = await recall.gaps(now=now, turn=int(now.timestamp() // 60), limit=2 * self.tokens)
            markets = Markets(known, await self._markets(now), self._listed.disproved)
            tasks = plan(known, markets, gaps, top=self.tokens, now=now, first=self.first)
        if not tasks:
            return replace(report, outcome="degraded", detail="no token has a market yet: refresh_market goes first")

        with steps("fetch"):
            run = await self.candles.begin()
            gathered = await gather(run, tasks, markets, now=now, within=self.fetch_within)
            sources = _told(await run.end(), gathered)
            self._listed.disproved |= gathered.disproved
        with steps("check"):
            checked = check(
                (record for answered in gathered.answers for record in answered.found.records), now=self.clock.now()
            )
        report = replace(report, sources=sources, unmatched=len(gathered.in_vain), detail=_detail(checked, gathered))
        if not gathered.answers or (not checked.records and checked.rejected):
            return replace(report, outcome="failed", detail=f"nobody had candles; {report.detail}".rstrip("; "))
        with steps("store"):
            stored = await self._store(checked, gathered, now)
        with steps("build"):
            stored += await self._build(now)
        return replace(report, rows=stored.stored + stored.revised, outcome=_outcome(sources, gathered))

    async def _markets(self, now: datetime) -> Sequence[MarketRecord]:
        """Return the exchanges' markets; lists that could not be read stay as they were."""
        if self._listed.until is None or now >= self._listed.until:
            run = await self.markets.begin()
            found = await run.each(MarketsRequest(), within=MARKETS_WITHIN)
            await run.end()
            if found:
                renewed = {each.provider for each in found}
                others = tuple(each for each in self._listed.markets if each.provider not in renewed)
                self._listed.markets = others + tuple(record for each in found for record in each.records)
                self._listed.until = now + MARKETS_KEPT
                self._listed.disproved.clear()
        return [each for each in self._listed.markets if (each.provider, each.name) not in self._listed.disproved]

    async def _store(self, checked: Checked, gathered: Gathered, now: datetime) -> CandlesStored:
        writer = CandleWriter(self.database)
        stored = await writer.store(checked.records, at=now, data_source=self.source)
        if not checked.records:
            await writer.stamp({each.found.provider for each in gathered.answers}, at=now, data_source=self.source)
        await writer.learn(gathered.proven, at=now)
        asked = [*(each.task.request for each in gathered.answers), *(task.request for task in gathered.in_vain)]
        answered = {(each.token_id, each.interval) for each in asked}
        await writer.note(holes=_still_empty(gathered.answers, checked), answered=answered, at=now)
        return stored

    async def _build(self, now: datetime) -> CandlesStored:
        builder, total = CandleBuilder(self.database), CandlesStored()
        seldom = int(now.timestamp() // 60) % NOW_AND_THEN == NOW_AND_THEN // 2
        if seldom:
            total += await builder.sample(now=now)
        for interval in FINER if seldom else EACH_RUN:
            total += await builder.build(interval, now=now)
        return total


def _still_empty(answers: Sequence[Answered], checked: Checked) -> list[Hole]:
    """Return the gaps that a source was asked about and did not fill whole."""
    present = {(record.token_id, record.interval, record.opened_at) for record in checked.records}
    holes = []
    for answered in answers:
        hole = answered.task.hole
        if hole is None:
            continue
        step = INTERVALS[hole.interval]
        count = (hole.ends_at - hole.begins_at) // step
        missing = [
            hole.begins_at + step * place
            for place in range(count)
            if (hole.token_id, hole.interval, hole.begins_at + step * place) not in present
        ]
        holes += _stretches(hole, missing, step)
    return holes


def _stretches(hole: Hole, missing: Sequence[datetime], step: timedelta) -> list[Hole]:
    """Join opening times that follow each other."""
    found: list[Hole] = []
    for opened_at in missing:
        if found and found[-1].ends_at == opened_at:
            found[-1] = replace(found[-1], ends_at=opened_at + step)
        else:
            found.append(Hole(hole.token_id, hole.interval, opened_at, opened_at + step))
    return found


def _told(sources: Sequence[SourceReport], gathered: Gathered) -> tuple[SourceReport, ...]:
    reasons = {
        "frozen": "its newest candles are minutes old for every token",
        "implausible": "some candles are off the token's price by more than half",
    }
    return tuple(
        replace(source, error=reasons[code], error_code=code)
        if (code := gathered.refused.get(source.provider)) and source.error_code is None
        else source
        for source in sources
    )


def _outcome(sources: Sequence[SourceReport], gathered: Gathered) -> Outcome:
    """A source that was wanted and failed, or requests without time, make a run degraded; what nobody lists does not."""
    failed = any(source.error_code not in (None, "quota_spent", "no_key") for source in sources)
    return "degraded" if failed or gathered.late else "succeeded"


def _detail(checked: Checked, gathered: Gathered) -> str | None:
    """Return what was left out and why, in words."""
    left_out = Counter(dict(checked.rejected))
    parts = [f"rejected {count} {reason}" for reason, count in left_out.most_common()]
    parts += [f"{checked.repeated} repeated"] if checked.repeated else []
    parts += [f"{checked.reordered} out of order"] if checked.reordered else []
    parts += [f"{len(gathered.in_vain)} requests in vain"] if gathered.in_vain else []
    parts += [f"{gathered.late} requests without time"] if gathered.late else []
    return "; ".join(parts) or None
