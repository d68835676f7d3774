"""The frame of every refresh: claim the occasion, do the steps, write down how it went.

Each step may be repeated, and the process may die between any two: what is committed stays, and what is not is
done again by the next delivery.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import ClassVar, Protocol

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.errors import PrismError
from shared.records.refresh import RefreshReport

from .ledger import RunLedger

log = logging.getLogger(__name__)

OnStep = Callable[[str], None]


class Named(Protocol):
    """Why a run happens; the same occasion may be delivered more than once."""

    @property
    def key(self) -> str:
        """Return the run's name."""
        ...


@dataclass(slots=True)
class Steps:
    """Tells how long each step took: `with steps("fetch"): …`."""

    clock: Clock
    on_step: OnStep = lambda _: None
    """Told the name of each step as it begins."""
    took_ms: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Time one step."""
        self.on_step(name)
        began = self.clock.monotonic()
        yield
        self.took_ms[name] = round((self.clock.monotonic() - began) * 1000, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgeredRefresh(ABC):
    """A refresh that is done once for each occasion, however often it is delivered.

    Each function's own is derived from it, with its name, its lease, its steps, and whatever else they need.
    """

    name: ClassVar[str]
    lease: ClassVar[timedelta]
    """A little over the function's time limit: whoever still holds it then is dead."""

    documents: DocumentStore
    clock: Clock
    on_step: OnStep = lambda _: None
    """Told the name of each step as it begins."""

    async def run(self, occasion: Named) -> RefreshReport:
        """Do the run, or return the report of the one that did or is doing it."""
        ledger = RunLedger(self.documents, self.clock, refresh=self.name, lease=self.lease)
        self.on_step("claim")
        claim = await ledger.claim(occasion.key)
        if not claim.granted:
            return claim.report
        steps = Steps(self.clock, self.on_step)
        report = await self._attempt(claim.report, steps)
        self.on_step("finish")
        report = replace(report, steps=steps.took_ms, finished_at=self.clock.now())
        await ledger.finish(report)
        log.info("refresh.finished", extra={"refresh": self.name, "outcome": report.outcome, "rows": report.rows})
        return report

    async def _attempt(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        try:
            return await self._refresh(report, steps)
        except PrismError as error:
            log.exception("refresh.failed", extra={"refresh": self.name, "key": report.key})
            return replace(report, outcome="failed", detail=f"{error.code}: {error}")

    @abstractmethod
    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        """Do the steps; return the report that was given, with what came of them: rows, sources, outcome, detail."""
