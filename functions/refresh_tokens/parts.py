"""The parts of a run that come whole: the list of all tokens, all categories, the trending list."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.core.settings import DataSource
from shared.domain.tokens.category_writing import CategoryRun, CategoryWriter
from shared.domain.tokens.naming import Catalogue, is_canonical, is_cut_off, named
from shared.domain.tokens.trending import trending
from shared.domain.tokens.writing import CatalogueWriter, ListRun
from shared.providers.sources import Found
from shared.providers.token_requests import CategoriesRequest, ListRequest, TrendingRequest
from shared.providers.tokens import TokenSources
from shared.records.refresh import SourceReport
from shared.records.tokens import OWN, CategoryRecord, ListedToken

from .done import Part

FAMILIES = ("coingecko", "coinpaprika")
"""In this order: CoinGecko's slugs are our token ids."""
NOBODY = "nobody answered; the last good data stay"


@dataclass(frozen=True, slots=True)
class Parts:
    """Asks for each part and stores it."""

    sources: TokenSources
    tokens: CatalogueWriter
    grouped: CategoryWriter
    began: datetime
    data_source: DataSource
    within: timedelta

    async def catalogue(self) -> Part:
        """Bring the list of all tokens up to date."""
        run = await self.sources.lists.begin()
        found: Found[ListedToken] | None = None
        for family in FAMILIES:
            found = found or await run.first(ListRequest(family), within=self.within)
        reports = await run.end()
        if found is None:
            return Part(name="catalogue", sources=reports, failure=NOBODY)
        return await self._listed(found, reports)

    async def _listed(self, found: Found[ListedToken], reports: tuple[SourceReport, ...]) -> Part:
        matched = named(found.records, await self.tokens.known())
        part = Part(name="catalogue", sources=reports, left_out=matched.left_out)
        if not matched.tokens:
            return replace(part, failure="no row could be matched to a token")
        if is_canonical(found.provider) and is_cut_off(len(matched.tokens), await self.tokens.held()):
            return replace(part, failure=f"{found.provider} lists only {len(matched.tokens)}: cut off")
        rows = await self.tokens.store_list(
            ListRun(tokens=matched.tokens, provider=found.provider, at=self.began, data_source=self.data_source)
        )
        return replace(part, rows=rows, stands_in=_stand_in(found.provider))

    async def categories(self) -> Part:
        """Bring the categories up to date."""
        run = await self.sources.categories.begin()
        found: Found[CategoryRecord] | None = None
        for family in FAMILIES:
            found = found or await run.first(CategoriesRequest(family), within=self.within)
        reports = await run.end()
        if found is None:
            return Part(name="categories", sources=reports, failure=NOBODY)
        known = await self.tokens.known()
        categories = {each.category_id: each for each in found.records}
        rows = await self.grouped.store(
            CategoryRun(
                categories=list(categories.values()),
                members={name: _ids(each, known) for name, each in categories.items() if each.members is not None},
                provider=found.provider,
                at=self.began,
                data_source=self.data_source,
            )
        )
        return Part(name="categories", rows=rows, sources=reports, stands_in=_stand_in(found.provider))

    async def trending(self) -> Part:
        """Bring the trending list up to date; what nobody tells is worked out from our own quotes, under our own name."""
        run = await self.sources.trending.begin()
        found = await run.first(TrendingRequest(), within=self.within)
        reports = await run.end()
        listed = list(found.records) if found else trending(await self.grouped.market(at=self.began))
        if not listed:
            return Part(name="trending", sources=reports, failure="nobody answered, and too few quotes are stored")
        rows = await self.grouped.store_trending(listed, at=self.began, data_source=self.data_source)
        return Part(name="trending", rows=rows, sources=reports, stands_in=None if found else OWN)


def _ids(category: CategoryRecord, known: Catalogue) -> list[str]:
    """Return our ids of the tokens that a category of another provider has; those without one are not ours."""
    names = category.members or ()
    ids = (known.provider_ids.get((category.provider, name)) for name in names)
    return [token_id for token_id in ids if token_id is not None]


def _stand_in(provider: str) -> str | None:
    return None if is_canonical(provider) else provider
