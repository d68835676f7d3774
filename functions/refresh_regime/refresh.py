"""The steps of a regime refresh, in the order in which data flows."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from shared.core.settings import DataSource
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.domain.regime.writing import RegimeWriter, digest_of
from shared.http.warming import warm
from shared.records.refresh import RefreshReport

if TYPE_CHECKING:
    import numpy as np

    from shared.domain.regime.numeric.labelling import Judgement

NAME = "refresh_regime"
LEASE = timedelta(seconds=310)
SETTLED_AFTER = timedelta(hours=6)
"""Prices of a day's end come in during the first hours of the next: until then a day without enough of them waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    writer: RegimeWriter
    source: DataSource
    warm_urls: Sequence[str] = ()

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        import numpy as np

        now = report.started_at
        yesterday = np.datetime64(now.date()) - 1
        said = await self.writer.newest()
        judgements: list[Judgement] = []
        inputs = ""
        if said is None or said < yesterday:
            with steps("read"):
                panel = await self.writer.panel(as_of=now)
                outside = await self.writer.outside(panel, as_of=now)
            with steps("judge"):
                from shared.domain.regime.numeric.labelling import judged

                inputs = digest_of(panel, outside)
                every = await asyncio.to_thread(judged, panel, outside)
                judgements = _to_say(every, said, now)
        if said is None and not judgements:
            # Nothing failed: a fresh place has no completed day yet.
            return replace(report, outcome="succeeded", detail="nothing to judge yet: there is no day with a price")
        with steps("store"):
            rows = await self.writer.store(judgements, inputs=inputs, known_at=now, data_source=self.source)
        if judgements:
            with steps("warm"):
                await warm(self.warm_urls)
        newest = judgements[-1].day if judgements else said
        late = newest is None or newest < yesterday
        return replace(
            report,
            rows=rows,
            outcome="degraded" if late else "succeeded",
            detail=f"waits for the prices of {yesterday}" if late else None,
        )


def _to_say(every: "Sequence[Judgement]", said: "np.datetime64 | None", now: datetime) -> "list[Judgement]":
    """Return what is not said yet, from the first day with a price on; the last day only when its prices are in."""
    first = next((at for at, each in enumerate(every) if each.priced), len(every))
    new = [each for each in every[first:] if said is None or each.day > said]
    fresh = now - now.replace(hour=0, minute=0, second=0, microsecond=0) < SETTLED_AFTER
    if new and fresh and not new[-1].settled:
        new.pop()
    return new
