"""The steps of a maintenance. Each may be repeated; a table that cannot be kept does not stop the others."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from shared.core.errors import DatabaseUnavailableError
from shared.domain.maintenance.keeping import Keeper
from shared.domain.maintenance.retention import Months, Policy, Rows
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.records.refresh import Outcome, RefreshReport

log = logging.getLogger(__name__)

NAME = "maintenance"
ORDER = "order of candles"
LEASE = timedelta(seconds=545)
"""A little over the function's time limit: whoever still holds it then is dead."""
STATEMENT_WITHIN = timedelta(minutes=7)
"""After a long pause one statement may have months of rows to take out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintenance(LedgeredRefresh):
    """One maintenance's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    keeper: Keeper
    months: Sequence[Months]
    rows: Sequence[Rows]

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        now = self.clock.now()
        dropped: list[str] = []
        taken: dict[str, int] = {}

        async def drop(months: Months) -> None:
            dropped.extend(await self.keeper.drop(months, now=now))

        async def thin(rows: Rows) -> None:
            taken[rows.name] = await self.keeper.thin(rows, now=now)

        with steps("prepare"):
            failed = await _each(self.months, lambda months: self.keeper.prepare(months, now=now))
        with steps("drop"):
            failed |= await _each(self.months, drop)
        with steps("thin"):
            failed |= await _each(self.rows, thin)
        with steps("analyse"):
            failed |= await _each(self.months, self.keeper.analyse)
        with steps("order"):
            ordered = await self._order(failed)
        taken = {name: count for name, count in taken.items() if count}
        detail = _told(dropped, taken, ordered, failed)
        return replace(report, outcome=self._outcome(failed), rows=sum(taken.values()), detail=detail)

    async def _order(self, failed: set[str]) -> Sequence[datetime]:
        try:
            return sorted(await self.keeper.order(now=self.clock.now()))
        except DatabaseUnavailableError as error:
            log.warning("maintenance.failed", extra={"policy": ORDER, "error": str(error)})
            failed.add(ORDER)
            return ()

    def _outcome(self, failed: set[str]) -> Outcome:
        if not failed:
            return "succeeded"
        return "failed" if len(failed - {ORDER}) == len(self.months) + len(self.rows) else "degraded"


async def _each(policies: Sequence[Policy], work: Callable[[Policy], Awaitable[None]]) -> set[str]:
    """Do something for every policy and return those that it failed for."""
    failed: set[str] = set()
    for policy in policies:
        try:
            await work(policy)
        except DatabaseUnavailableError as error:
            log.warning("maintenance.failed", extra={"policy": policy.name, "error": str(error)})
            failed.add(policy.name)
    return failed


def _told(
    dropped: Sequence[str], taken: Mapping[str, int], ordered: Sequence[datetime], failed: set[str]
) -> str | None:
    told = []
    if dropped:
        told.append(f"dropped {', '.join(dropped)}")
    if taken:
        told.append(f"took out {', '.join(f'{count} of {name}' for name, count in taken.items())}")
    if ordered:
        told.append(f"put candles of {', '.join(f'{month:%Y-%m}' for month in ordered)} in order")
    if failed:
        told.append(f"could not keep {', '.join(sorted(failed))}")
    return "; ".join(told) or None
