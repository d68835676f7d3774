"""The steps of a round of alerts."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from shared.core.settings import DataSource
from shared.domain.alerts.facts import FactReader
from shared.domain.alerts.keeping import AlertKeeper
from shared.domain.alerts.rounds import AlertRound, Evaluated, Sender, Told
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.records.refresh import RefreshReport

NAME = "refresh_alerts"
TELL_WITHIN = timedelta(seconds=30)
LEASE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    facts: FactReader
    sender: Sender
    source: DataSource

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        work = AlertRound(
            keeper=AlertKeeper(self.documents),
            facts=self.facts,
            sender=self.sender,
            clock=self.clock,
            data_source=self.source,
        )
        with steps("evaluate"):
            evaluated = await work.evaluate()
        with steps("tell"):
            told = await work.tell(within=TELL_WITHIN)
        return replace(report, rows=evaluated.fired, detail=_detail(evaluated, told), outcome="succeeded")


def _detail(evaluated: Evaluated, told: Told) -> str | None:
    counts = {
        "alerts looked at": evaluated.looked_at,
        "of unknown or old numbers": evaluated.unknown,
        "changed meanwhile": evaluated.overtaken,
        "events delivered": told.delivered,
        "to be tried again": told.to_be_tried_again,
        "given up": told.failed,
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or None
