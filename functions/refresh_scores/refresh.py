"""The steps of a scoring, in the order in which data flows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.domain.scores.inputs import ScoreInputs
from shared.domain.scores.methodology import DAYS
from shared.domain.scores.writing import DATASET, ScoreSnapshot, ScoreWriter
from shared.http.warming import warm
from shared.records.refresh import RefreshReport

LEASE = timedelta(seconds=130)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoresRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = DATASET
    lease: ClassVar[timedelta] = LEASE
    database: Database
    source: DataSource
    warm_urls: Sequence[str] = ()

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        # numpy takes a while, and a repeated delivery needs none of it.
        from shared.domain.panels.reading import PanelReader
        from shared.domain.scores.numeric.making import made

        now = report.started_at
        inputs = ScoreInputs(self.database)
        with steps("read"):
            tokens = await inputs.tokens()
            use = await inputs.chain_use(as_of=now)
        if not tokens:
            return replace(report, outcome="failed", detail="There are no tokens with a quote yet; nothing was written")
        with steps("score"):
            panels = PanelReader(self.database).panels([each.token_id for each in tokens], as_of=now, days=DAYS)
            scores = await made(tokens, panels, use)
        with steps("store"):
            rows = await ScoreWriter(self.database).store(
                ScoreSnapshot(
                    scores=scores.scores,
                    at=now.replace(hour=0, minute=0, second=0, microsecond=0),
                    inputs=scores.inputs,
                    refreshed_at=now,
                    data_source=self.source,
                )
            )
        with steps("warm"):
            await warm(self.warm_urls)
        detail = None if rows else "Nothing that scores are made of has changed"
        return replace(report, rows=rows, outcome="succeeded", detail=detail)
