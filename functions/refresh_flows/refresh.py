"""The steps of a refresh of flows, in the order in which data flows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from shared.core.settings import DataSource
from shared.domain.flows.catalogue import SCANS, coins, tokens, watched_addresses
from shared.domain.flows.datasets import scan_dataset
from shared.domain.flows.service import SMALLEST_USD
from shared.domain.flows.writing import FlowSnapshot, FlowWriter, Known, Scan
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.providers.flows import FlowSources
from shared.providers.sources import Run
from shared.records.flows import Assets, BlockSeen, FlowRecord, FlowRequest, Transfer
from shared.records.refresh import RefreshReport

NAME = "refresh_flows"
SCAN_WITHIN = timedelta(seconds=60)
ALL_WITHIN = timedelta(seconds=200)
OVERLAP = timedelta(minutes=20)
"""So much is asked for anew each time: explorers tell a block minutes after it was made, and a block may be replaced."""
FIRST_SPAN = timedelta(hours=1)
LONGEST_SPAN = timedelta(hours=6)
PRICED_WITHIN = timedelta(minutes=15)
LEASE = timedelta(seconds=250)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    sources: FlowSources
    writer: FlowWriter
    source: DataSource
    least_usd: Decimal = SMALLEST_USD
    scan_within: timedelta = SCAN_WITHIN

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        with steps("recall"):
            known = await self.writer.known(sorted(_token_ids()))
        least = _least(known, self.least_usd, report.started_at)
        if not least:
            return replace(report, outcome="failed", detail="no price of the last minutes to measure transfers by")
        with steps("fetch"):
            run = await self.sources.begin()
            scans = await self._scans(run, known, least, report.started_at)
            report = replace(report, sources=await run.end())
        if not scans:
            return replace(report, outcome="failed", detail="no source told of any chain; the last good data stays")
        with steps("store"):
            snapshot = FlowSnapshot(scans=scans, refreshed_at=report.started_at, data_source=self.source)
            rows = await self.writer.store(snapshot)
        left_out = _left_out(scans)
        detail = f"not told: {', '.join(left_out)}" if left_out else None
        return replace(report, rows=rows, detail=detail, outcome="degraded" if _fell_short(report) else "succeeded")

    async def _scans(
        self, run: Run[FlowRequest, FlowRecord], known: Known, least: Mapping[str, Decimal], now: datetime
    ) -> list[Scan]:
        scans = []
        began = self.clock.monotonic()
        for chains, assets in SCANS:
            left = ALL_WITHIN - timedelta(seconds=self.clock.monotonic() - began)
            if left <= timedelta(0):
                break
            request = _request(chains, assets, known, least, now)
            found = await run.first(request, within=min(left, self.scan_within))
            if found is not None:
                scans.append(_scan(request, found.provider, found.records))
        return scans


def _token_ids() -> set[str]:
    return {each.token_id for each in (*coins().values(), *tokens().values())}


def _least(known: Known, usd: Decimal, now: datetime) -> dict[str, Decimal]:
    return {
        token_id: usd / price
        for token_id, (price, priced_at) in known.prices.items()
        if now - priced_at <= PRICED_WITHIN and price > 0
    }


def _request(
    chains: tuple[str, ...], assets: Assets, known: Known, least: Mapping[str, Decimal], now: datetime
) -> FlowRequest:
    stamps = [known.scanned_at.get(scan_dataset(chain, assets), now - FIRST_SPAN + OVERLAP) for chain in chains]
    return FlowRequest(
        chains=chains,
        assets=assets,
        coins=coins(),
        tokens=tokens(),
        watched=watched_addresses(chains[0]) if len(chains) == 1 else (),
        least=least,
        since=max(min(stamps) - OVERLAP, now - LONGEST_SPAN),
        until=now,
        scanned=known.blocks.get(chains[0], {}) if len(chains) == 1 else {},
    )


def _scan(request: FlowRequest, provider: str, records: Sequence[FlowRecord]) -> Scan:
    return Scan(
        chains=request.chains,
        assets=request.assets,
        since=request.since,
        provider=provider,
        transfers=[each for each in records if isinstance(each, Transfer)],
        blocks=[each for each in records if isinstance(each, BlockSeen)],
    )


def _left_out(scans: Sequence[Scan]) -> list[str]:
    told = {(scan.chains, scan.assets) for scan in scans}
    return [f"{' '.join(chains)} ({assets})" for chains, assets in SCANS if (chains, assets) not in told]


def _fell_short(report: RefreshReport) -> bool:
    """Whether a source that could have been asked failed; one without a key is left out by choice."""
    return any(source.error_code not in (None, "no_key") for source in report.sources)
