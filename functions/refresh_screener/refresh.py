"""The steps of making a generation of the screener, in the order in which data flows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.domain.scores.inputs import ScoreInputs
from shared.domain.screener.building import Generation, ScreenerWriter
from shared.http.warming import warm
from shared.records.refresh import RefreshReport

NAME = "refresh_screener"
LEASE = timedelta(seconds=70)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenerRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    database: Database
    source: DataSource
    warm_urls: Sequence[str] = ()

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        with steps("read"):
            tokens = await ScoreInputs(self.database).tokens()
        if not tokens:
            return replace(report, outcome="failed", detail="There are no tokens with a quote yet; nothing was written")
        with steps("store"):
            rows = await ScreenerWriter(self.database).build(
                Generation(tokens=tokens, made_at=report.started_at, data_source=self.source)
            )
        with steps("warm"):
            await warm(self.warm_urls)
        return replace(report, rows=rows, outcome="succeeded")
