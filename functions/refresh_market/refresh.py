"""The steps of a market refresh, in the order in which data flows.

Each step may be repeated, and the process may die between any two: what is committed stays, and what is not is
done again by the next delivery. A run in which every provider failed writes nothing, so the last good data stays.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from shared.core.errors import DocumentsUnavailableError
from shared.core.settings import DataSource
from shared.domain.market.consensus import agree, implausible
from shared.domain.market.identity import Matching, match
from shared.domain.market.known import KnownTokens
from shared.domain.market.push import PUSH_PATH, market_push
from shared.domain.market.snapshot import MarketSnapshot
from shared.domain.market.writing import MarketWriter
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.http.warming import warm
from shared.providers.quotes import Collected, QuoteProviders
from shared.records.market import PriceRecord, Quote
from shared.records.refresh import RefreshReport, SourceReport

log = logging.getLogger(__name__)

NAME = "refresh_market"
SOURCES_WANTED = 3
"""Three are the fewest from which a wrong one can be told."""
FETCH_WITHIN = timedelta(seconds=25)
REMEMBERED_FOR = timedelta(days=1)
"""While only exchanges answer, market caps are those of the last aggregator that did."""
LEASE = timedelta(seconds=55)
"""A little over the function's time limit: whoever still holds it then is dead."""
Pairs = list[tuple[str, PriceRecord]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    providers: QuoteProviders
    writer: MarketWriter
    source: DataSource
    tokens: int
    warm_urls: Sequence[str] = ()
    fetch_within: timedelta = FETCH_WITHIN

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        with steps("fetch"):
            collected = await self.providers.collect(
                tokens=self.tokens, wanted=SOURCES_WANTED, deadline=self.fetch_within
            )
        report = replace(report, sources=_sources(collected))
        if not collected.answers:
            return replace(report, outcome="failed", detail="every provider failed; the last good data stays")

        with steps("match"):
            known = await self.writer.load_matching()
            found = match((record for answer in collected.answers for record in answer.records), known)
        with steps("agree"):
            pairs, refused = _plausible(found.pairs, known)
            older = await self.writer.recent_source_quotes(report.started_at - REMEMBERED_FOR)
            quotes = self._quotes(pairs, older, known, found)
        with steps("store"):
            rows = await self.writer.store(self._snapshot(quotes, pairs, found, began=report.started_at))
        with steps("push"):
            await self._push(quotes)
        with steps("warm"):
            await warm(self.warm_urls)
        report = replace(report, rows=rows, unmatched=found.unmatched, sources=_refused(report.sources, refused))
        return replace(report, outcome="degraded" if _fell_short(collected, refused) else "succeeded")

    def _quotes(self, pairs: Pairs, older: Pairs, known: KnownTokens, found: Matching) -> list[Quote]:
        renewed = {token_id for token_id, _ in pairs}
        said_now = {(token_id, record.provider) for token_id, record in pairs}
        others = [
            (token_id, record)
            for token_id, record in older
            if token_id in renewed and (token_id, record.provider) not in said_now
        ]
        # Names are those of this run; prices to compare with are those served before it.
        tokens = {**found.tokens, **known.tokens}
        return agree([*pairs, *others], tokens, now=self.clock.now())

    def _snapshot(self, quotes: list[Quote], pairs: Pairs, found: Matching, *, began: datetime) -> MarketSnapshot:
        return MarketSnapshot(
            quotes=quotes,
            records=pairs,
            new_tokens=tuple(found.tokens.values()),
            mappings=found.learnt,
            retired=found.retired,
            data_source=self.source,
            refreshed_at=began,
        )

    async def _push(self, quotes: list[Quote]) -> None:
        try:
            await self.documents.set(PUSH_PATH, market_push(quotes, source=self.source, now=self.clock.now()))
        except DocumentsUnavailableError as error:
            log.warning("push.failed", extra={"path": PUSH_PATH, "error": str(error)})


def _plausible(pairs: Pairs, known: KnownTokens) -> tuple[Pairs, Mapping[str, Decimal]]:
    """Leave out answers that are off as a whole, unless all are: then it is the market that moved."""
    providers = {record.provider for _, record in pairs}
    off = {
        provider: factor
        for provider in providers
        if (factor := implausible([pair for pair in pairs if pair[1].provider == provider], known.tokens)) is not None
    }
    if len(off) == len(providers) > 1:
        return pairs, {}
    return [pair for pair in pairs if pair[1].provider not in off], off


def _sources(collected: Collected) -> tuple[SourceReport, ...]:
    answered = [
        SourceReport(provider=answer.provider, rows=len(answer.records), latency_ms=answer.latency_ms)
        for answer in collected.answers
    ]
    failed = [
        SourceReport(
            provider=each.provider, rows=0, latency_ms=each.latency_ms, error=each.reason, error_code=each.code
        )
        for each in collected.failures
    ]
    return (*answered, *failed)


def _refused(sources: Sequence[SourceReport], refused: Mapping[str, Decimal]) -> tuple[SourceReport, ...]:
    return tuple(
        replace(
            source,
            error=f"all prices are {refused[source.provider]:.3g} times the ones of minutes ago",
            error_code="implausible",
        )
        if source.provider in refused
        else source
        for source in sources
    )


def _fell_short(collected: Collected, refused: Mapping[str, Decimal]) -> bool:
    return len(collected.answers) - len(refused) < SOURCES_WANTED
