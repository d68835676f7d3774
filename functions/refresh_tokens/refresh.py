"""The steps of a refresh of tokens: catalogue, categories, trending list, then slices of what is too much for one run.

Each part is stored by itself, so that one that fails costs the others nothing; its last good data stay and grow old.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from shared.core.settings import DataSource
from shared.db.engine import Database
from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.domain.tokens.category_writing import CategoryWriter
from shared.domain.tokens.writing import CatalogueWriter
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
class TokensRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    sources: TokenSources
    database: Database
    source: DataSource
    warm_urls: Sequence[str] = ()
    ask_within: timedelta = ASK_WITHIN

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
            await catalogue.order()
        with steps("warm"):
            await warm(self.warm_urls)
        return done.told(report)
