"""The steps of a refresh of tokens: catalogue, categories, trending list, then slices of what is too much for one run.

Each part is stored by itself, so that one that fails costs the others nothing; its last good data stay and grow old.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.domain.tokens.category_writing import CategoryWriter
from shared.domain.tokens.writing import CatalogueWriter
from shared.http.refresh import Occasion
from shared.http.warming import warm
from shared.providers.tokens import TokenSources
from shared.records.refresh import RefreshReport

from .done import Done
from .parts import Parts
from .slices import Slices

NAME = "refresh_tokens"
LEASE = timedelta(seconds=310)
"""A little over the function's time limit: whoever still holds it then is dead."""
ASK_WITHIN = timedelta(seconds=25)
"""For one answer, from whoever has it."""
SLICES_WITHIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensRefresh:
    """One refresh function's work and what it needs."""

    sources: TokenSources
    database: Database
    documents: DocumentStore
    clock: Clock
    source: DataSource
    warm_urls: Sequence[str] = ()
    ask_within: timedelta = ASK_WITHIN
    on_step: Callable[[str], None] = lambda _: None
    """Told the name of each step as it begins."""

    async def run(self, occasion: Occasion) -> RefreshReport:
        """Do the run, or return the report of the one that did or is doing it."""
        refresh = LedgeredRefresh(
            name=NAME,
            work=self._refresh,
            documents=self.documents,
            clock=self.clock,
            lease=LEASE,
            on_step=self.on_step,
        )
        return await refresh.run(occasion)

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        catalogue, categories = CatalogueWriter(self.database), CategoryWriter(self.database)
        parts = Parts(self.sources, catalogue, categories, report.started_at, self.source, self.ask_within)
        slices = Slices(self.sources, catalogue, categories, self.clock, report.started_at, self.ask_within)
        done = Done()
        with steps("catalogue"):
            done.add(await parts.catalogue())
            await catalogue.order()
        with steps("categories"):
            done.add(await parts.categories())
        with steps("trending"):
            done.add(await parts.trending())
        with steps("members"):
            done.add(await slices.members(SLICES_WITHIN))
        with steps("details"):
            done.add(await slices.details(SLICES_WITHIN))
        with steps("compute"):
            await categories.compute(at=report.started_at)
        with steps("warm"):
            await warm(self.warm_urls)
        return done.told(report)
