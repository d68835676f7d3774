"""The parts of a run that take days: the details of each token, and the tokens of each category, a slice at a time.

How large a slice is follows from the limits of whoever answers (`TokenSources.hourly`), so that quotes keep what they need.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from shared.core.clock import Clock
from shared.domain.tokens.category_writing import CategoryWriter
from shared.domain.tokens.naming import is_canonical
from shared.domain.tokens.writing import CatalogueWriter, Due
from shared.providers.sources import Found, Run
from shared.providers.token_requests import MOST_MEMBERS, DetailsRequest, MembersRequest
from shared.providers.tokens import TokenSources
from shared.records.tokens import MemberRecord, TokenDetails

from .done import Part

AT_ONCE = 4
GIVE_UP_AFTER = 5
"""Batches in a row that nobody answered: then nobody will."""
MEMBERS_SHARE = 0.25
"""Categories asked for their tokens for each token asked for its details; one takes up to four calls."""
Thing = TypeVar("Thing")
Record = TypeVar("Record")


@dataclass(slots=True)
class Slice(Generic[Thing, Record]):
    """What came of asking for one thing after the other."""

    settled: list[Thing] = field(default_factory=list)
    """Found, or not known to CoinGecko while it answered about others: they have had their turn."""
    found: list[tuple[Thing, Found[Record]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Slices:
    """Asks for a slice and stores it."""

    sources: TokenSources
    tokens: CatalogueWriter
    grouped: CategoryWriter
    clock: Clock
    began: datetime
    within: timedelta

    async def details(self, allowed: timedelta) -> Part:
        """Look at the details of the tokens that are most due."""
        due = await self.tokens.due(max(self.sources.hourly.values()), at=self.began)
        run = await self.sources.details.begin()

        async def ask(token: Due) -> Found[TokenDetails] | None:
            return await self._details(run, token)

        cut = await self._cut(due, ask, self.sources.hourly, allowed)
        reports = await run.end()
        rows = await self.tokens.store_details(
            [(token.token_id, found.records[0]) for token, found in cut.found],
            [token.token_id for token in cut.settled],
            at=self.began,
        )
        failure = "nobody answered" if due and not cut.found else None
        return Part(name="details", rows=rows, sources=reports, failure=failure, wanted=False)

    async def members(self, allowed: timedelta) -> Part:
        """Look at the tokens of the categories that are most due."""
        sizes = {provider: max(1, int(most * MEMBERS_SHARE)) for provider, most in self.sources.hourly.items()}
        due = await self.grouped.due(max(sizes.values()), at=self.began)
        run = await self.sources.members.begin()

        async def ask(category_id: str) -> Found[MemberRecord] | None:
            return await run.first(MembersRequest(category_id), within=self.within)

        cut = await self._cut(due, ask, sizes, allowed)
        reports = await run.end()
        members = {name: [each.provider_id for each in found.records] for name, found in cut.found}
        rows = 0
        if cut.found:
            rows = await self.grouped.store_members(
                members,
                whole={name: len(each) < MOST_MEMBERS for name, each in members.items()},
                provider=cut.found[0][1].provider,
                at=self.began,
            )
        await self.grouped.note_unknown([name for name in cut.settled if name not in members], at=self.began)
        failure = "nobody answered" if due and not cut.found else None
        return Part(name="members", rows=rows, sources=reports, failure=failure, wanted=False)

    async def _details(self, run: Run[DetailsRequest, TokenDetails], token: Due) -> Found[TokenDetails] | None:
        found = None
        if not token.provisional:
            found = await run.first(DetailsRequest("coingecko", token.token_id), within=self.within)
        if found is None and token.paprika_id is not None:
            found = await run.first(DetailsRequest("coinpaprika", token.paprika_id), within=self.within)
        return found

    async def _cut(
        self,
        due: Sequence[Thing],
        ask: Callable[[Thing], Awaitable[Found[Record] | None]],
        most: Mapping[str, int],
        allowed: timedelta,
    ) -> Slice[Thing, Record]:
        """Ask for a few at a time until whoever answers has given its share, time is up, or nobody answers any more."""
        cut: Slice[Thing, Record] = Slice()
        given = Counter(dict.fromkeys(most, 0))
        ends = self.clock.monotonic() + allowed.total_seconds()
        asked = silent = 0
        while asked < len(due) and silent < GIVE_UP_AFTER and self.clock.monotonic() < ends:
            size = min(AT_ONCE, *_left(most, given))
            if size < 1:
                break
            batch = due[asked : asked + size]
            asked += size
            answers = await asyncio.gather(*map(ask, batch))
            found = [(thing, answer) for thing, answer in zip(batch, answers, strict=True) if answer is not None]
            cut.found += found
            # From others no answer may also be a limit of so many a second.
            known_of_all = any(is_canonical(answer.provider) for _, answer in found)
            cut.settled += batch if known_of_all else [thing for thing, _ in found]
            given.update(answer.provider for _, answer in found)
            silent = 0 if found else silent + 1
        return cut


def _left(most: Mapping[str, int], given: Mapping[str, int]) -> list[int]:
    """Return what is left of the shares: of those who have answered, or while nobody has, of all."""
    answering = [provider for provider, count in given.items() if count] or list(most)
    return [most[provider] - given[provider] for provider in answering]
