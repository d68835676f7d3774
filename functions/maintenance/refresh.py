"""The steps of a maintenance. Each may be repeated; a table that cannot be kept does not stop the others."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.errors import DatabaseUnavailableError
from shared.domain.maintenance.keeping import Keeper
from shared.domain.maintenance.retention import Months
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.http.refresh import Occasion
from shared.records.refresh import Outcome, RefreshReport

log = logging.getLogger(__name__)

NAME = "maintenance"
LEASE = timedelta(seconds=545)
"""A little over the function's time limit: whoever still holds it then is dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance:
    """One maintenance's work and what it needs."""

    keeper: Keeper
    policies: Sequence[Months]
    documents: DocumentStore
    clock: Clock

    async def run(self, occasion: Occasion) -> RefreshReport:
        """Do the run, or return the report of the one that did or is doing it."""
        refresh = LedgeredRefresh(name=NAME, work=self._keep, documents=self.documents, clock=self.clock, lease=LEASE)
        return await refresh.run(occasion)

    async def _keep(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        now = self.clock.now()
        dropped: list[str] = []

        async def drop(months: Months) -> None:
            dropped.extend(await self.keeper.drop(months, now=now))

        with steps("prepare"):
            failed = await self._each(lambda months: self.keeper.prepare(months, now=now))
        with steps("drop"):
            failed |= await self._each(drop)
        with steps("analyse"):
            failed |= await self._each(self.keeper.analyse)
        return replace(report, outcome=self._outcome(failed), detail=_told(dropped, failed))

    async def _each(self, work: Callable[[Months], Awaitable[None]]) -> set[str]:
        """Do something to every table and return those that it failed for."""
        failed: set[str] = set()
        for months in self.policies:
            try:
                await work(months)
            except DatabaseUnavailableError as error:
                log.warning("maintenance.failed", extra={"table": months.table, "error": str(error)})
                failed.add(months.table)
        return failed

    def _outcome(self, failed: set[str]) -> Outcome:
        if not failed:
            return "succeeded"
        return "failed" if len(failed) == len(self.policies) else "degraded"


def _told(dropped: Sequence[str], failed: set[str]) -> str | None:
    told = []
    if dropped:
        told.append(f"dropped {', '.join(dropped)}")
    if failed:
        told.append(f"could not keep {', '.join(sorted(failed))}")
    return "; ".join(told) or None
