"""One book after the other from each exchange, all exchanges beside each other."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType

from shared.domain.depth.asking import Listing
from shared.providers.depth import BookSources
from shared.providers.depth_requests import BookRequest
from shared.providers.sources import Run
from shared.records.depth import BookRecord
from shared.records.provider import PROVIDERS
from shared.records.refresh import SourceReport

LEVELS = 500
"""Levels a side: at Binance 100 tokens take 2,500 of 6,000 units of weight a minute."""
AT_ONCE: Mapping[str, int] = MappingProxyType({"binance": 2, "coinbase": 2, "kraken": 1})
"""Exchanges that are asked in every run, and questions to one at the same time; how many a second, adapters know."""
OTHERS = tuple(name for name in PROVIDERS["depth"] if name not in AT_ONCE)
"""Exchanges that are asked for the books that none of those told."""
OTHERS_AT_ONCE = 4
BOOK_WITHIN = timedelta(seconds=6)
GIVEN_UP_AFTER = 5
"""An exchange that told so many books in a row not is left alone for the rest of the run."""
MOST_TOKENS: Mapping[str, int] = MappingProxyType({"kraken": 30})
"""Kraken answers one question a second, and others ask it too."""
MOST_A_RUN: Mapping[str, int] = MappingProxyType({"kraken": 10})
"""The others have their turn in the next runs: one slow exchange would take half of each minute for all."""


@dataclass(slots=True)
class Collected:
    """What a run brought."""

    books: list[BookRecord] = field(default_factory=list)
    missing: int = 0
    """Books that were asked for and not told."""
    given_up: list[str] = field(default_factory=list)
    """Exchanges that were left alone before the end."""
    sources: tuple[SourceReport, ...] = ()


async def collect(books: BookSources, tokens: Sequence[Listing], *, within: timedelta, turn: int = 0) -> Collected:
    """Return the books of the tokens at every exchange that trades them, as many as come in time.

    Args:
        books: The exchanges.
        tokens: Best ranked first.
        within: For all of them.
        turn: Of the run: which tokens a slow exchange is asked for.
    """
    run, found = await books.begin(), Collected()
    ends = asyncio.get_running_loop().time() + within.total_seconds()
    await asyncio.gather(*(_Venue(name, run, found, ends).ask(tokens, turn) for name in AT_ONCE))
    told = {book.token_id for book in found.books}
    untold = [token for token in tokens if token.token_id not in told and not token.markets.keys().isdisjoint(OTHERS)]
    await _ask_others(run, untold, found, ends)
    found.sources = await run.end()
    return found


async def _ask_others(
    run: Run[BookRequest, BookRecord], tokens: Sequence[Listing], found: Collected, ends: float
) -> None:
    """Add one book of each token, of the first of the others that has it, as long as there is time."""
    turnstile = asyncio.Semaphore(OTHERS_AT_ONCE)

    async def one(token: Listing) -> None:
        async with turnstile:
            if asyncio.get_running_loop().time() >= ends:
                return
            markets = {name: market for name, market in token.markets.items() if name in OTHERS}
            request = BookRequest(token.token_id, markets, token.price_usd, LEVELS)
            answer = await run.first(request, within=BOOK_WITHIN)
            found.books += answer.records if answer else ()

    await asyncio.gather(*map(one, tokens))


class _Venue:
    """One exchange during a run."""

    def __init__(self, name: str, run: Run[BookRequest, BookRecord], found: Collected, ends: float) -> None:
        self._name = name
        self._run = run
        self._found = found
        self._ends = ends
        self._turnstile = asyncio.Semaphore(AT_ONCE[name])
        self._failures = 0

    async def ask(self, tokens: Sequence[Listing], turn: int) -> None:
        """Add the books of the tokens to what was found."""
        traded = [token for token in tokens if self._name in token.markets][: MOST_TOKENS.get(self._name)]
        turns = -(-len(traded) // MOST_A_RUN.get(self._name, len(traded) or 1)) or 1
        await asyncio.gather(*(self._one(token) for token in traded[turn % turns :: turns]))

    async def _one(self, token: Listing) -> None:
        async with self._turnstile:
            if self._failures >= GIVEN_UP_AFTER or asyncio.get_running_loop().time() >= self._ends:
                self._left_out()
                return
            markets = {self._name: token.markets[self._name]}
            request = BookRequest(token.token_id, markets, token.price_usd, LEVELS)
            answer = await self._run.first(request, within=BOOK_WITHIN)
        if answer is None:
            self._failures += 1
            self._found.missing += 1
        else:
            self._failures = 0
            self._found.books += answer.records

    def _left_out(self) -> None:
        self._found.missing += 1
        if self._name not in self._found.given_up:
            self._found.given_up.append(self._name)
