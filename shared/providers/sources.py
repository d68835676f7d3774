"""Facts of one kind from whoever has them: the first source that answers, or each of them, many times in a run.

The states of all providers are read once at the beginning of a run and written once at its end; in between the run
itself keeps count, so that a provider that fails at the third of a hundred tokens is not asked for the other ninety-seven.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import fmean
from typing import Generic, TypeVar

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.errors import NotListedError, UpstreamError
from shared.records.provider import Kind, ProviderState
from shared.records.refresh import SourceReport

from .contract import Http
from .health import Attempt, after
from .http import HttpClient
from .questions import SHARE, Asker, Outcome, logged
from .rotation import Bar, Provider, barred, disabled_reason, disabling, following, lined_up
from .state import Book, StateStore

Request = TypeVar("Request")
Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[Record]):
    """What one provider said to one request."""

    provider: str
    records: tuple[Record, ...]
    fetched_at: datetime
    latency_ms: float


class Sources(Generic[Request, Record]):
    """Every provider of one kind; build it once for each process and call `close` at its end.

    Args:
        kind: What they are asked for.
        providers: First choice first, by the rank in their descriptors.
        documents: Where their states are shared.
        clock: Tells the time.
        http: The way out, when it is not one's own.
        empty: Whether an answer without records is an answer: there always are prices, but not always news.
        rotate: Whether the runs begin with one family after the other. Otherwise the first choice is asked as long as it
            answers, so that a series stays that of one venue.
    """

    def __init__(
        self,
        kind: Kind,
        providers: Sequence[Provider],
        documents: DocumentStore,
        clock: Clock,
        *,
        http: Http | None = None,
        empty: bool = False,
        rotate: bool = False,
    ) -> None:
        self._clock = clock
        self._states = StateStore(documents, kind)
        self._own_http = HttpClient(clock)
        self._http: Http = http or self._own_http
        self._providers = tuple(providers)
        self._empty = empty
        self._rotate = rotate

    async def begin(self) -> "Run[Request, Record]":
        """Return a run, which has to be ended."""
        book = await self._states.load(each.id for each in self._providers)
        turn = book.next_family if self._rotate else None
        if self._rotate and self._providers:
            await self._states.turn(following(self._providers, turn, 1), at=self._clock.now())
        return Run(self._http, self._clock, self._states, self._providers, Book(dict(book.states), turn), self._empty)

    async def close(self) -> None:
        """Let go of connections."""
        await self._own_http.close()


@dataclass(slots=True)
class _Tally:
    """What one provider did in a run."""

    attempts: list[Attempt] = field(default_factory=list)
    rows: int = 0
    bar: Bar | None = None

    def report(self, provider: str) -> SourceReport:
        failed = next((each.error for each in reversed(self.attempts) if _is_failure(each.error)), None)
        error, code = (failed.reason, failed.code) if failed else (None, None)
        if failed is None and self.bar is not None and not self.attempts:
            error, code = self.bar.reason, self.bar.code
        latencies = [attempt.latency_ms for attempt in self.attempts]
        latency = round(fmean(latencies), 1) if latencies else None
        return SourceReport(provider=provider, rows=self.rows, latency_ms=latency, error=error, error_code=code)


class Run(Generic[Request, Record]):
    """Many questions to the providers of one kind, a few at a time if the caller likes."""

    def __init__(
        self, http: Http, clock: Clock, states: StateStore, providers: Sequence[Provider], book: Book, empty: bool
    ) -> None:
        self._http = http
        self._clock = clock
        self._states = states
        self._providers = tuple(providers)
        self._book = book
        self._empty = empty
        self._tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
        self._trials: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def first(self, request: Request, *, within: timedelta) -> Found[Record] | None:
        """Return the answer of the first provider that has one, `None` when nobody has; nothing they do raises.

        Args:
            request: Only providers that serve it are asked.
            within: For everything; a single provider gets part of it, so that a replacement has time.
        """
        ends = asyncio.get_running_loop().time() + within.total_seconds()
        asked: set[str] = set()
        while (provider := self._next(request, asked)) is not None and _left(ends) > timedelta(0):
            asked.add(provider.id)
            found = await self._ask(provider, request, ends, within * SHARE)
            if found is not None:
                return found
        return None

    async def each(self, request: Request, *, within: timedelta) -> list[Found[Record]]:
        """Return the answers of all providers that serve the request and may be asked, in the order of preference."""
        line = self._line(request)
        ends = asyncio.get_running_loop().time() + within.total_seconds()
        found = await asyncio.gather(*(self._ask(provider, request, ends, within) for provider in line))
        return [answer for answer in found if answer is not None]

    async def end(self) -> tuple[SourceReport, ...]:
        """Write down what the run did and return each provider's part in it; those not needed have none."""
        await asyncio.gather(*(self._keep(provider) for provider in self._providers))
        return tuple(
            self._tallies[provider.id].report(provider.id)
            for provider in self._providers
            if provider.id in self._tallies
        )

    def _next(self, request: Request, asked: set[str]) -> Provider | None:
        return next((provider for provider in self._line(request) if provider.id not in asked), None)

    def _line(self, request: Request) -> tuple[Provider, ...]:
        serving = [provider for provider in self._providers if provider.adapter.serves(request)]
        now = self._clock.now()
        line = lined_up(serving, self._book.states, request, next_family=self._book.next_family, now=now)
        for provider, bar in line.barred:
            self._tallies[provider.id].bar = bar
        return line.order

    async def _ask(self, provider: Provider, request: Request, ends: float, most: timedelta) -> Found[Record] | None:
        if self._book.states[provider.id].circuit == "closed":
            return await self._asked(provider, request, min(_left(ends), most))
        # One request tries whether it is well again; the others of this run wait to hear it.
        async with self._trials[provider.id]:
            bar = barred(provider, self._book.states[provider.id], request, self._clock.now())
            if bar is None and _left(ends) > timedelta(0):
                return await self._asked(provider, request, min(_left(ends), most))
            self._tallies[provider.id].bar = bar
            return None

    async def _asked(self, provider: Provider, request: Request, allowed: timedelta) -> Found[Record] | None:
        asker = Asker(self._http, self._clock, self._states, self._book, request, self._empty)
        outcome = logged(await asker.ask(provider, allowed))
        tally = self._tallies[provider.id]
        tally.attempts += outcome.attempts
        tally.bar = outcome.bar or tally.bar
        self._book.states[provider.id] = outcome.change(self._book.states[provider.id])
        return self._found(provider, outcome, tally)

    def _found(self, provider: Provider, outcome: Outcome, tally: _Tally) -> Found[Record] | None:
        if outcome.records is None:
            return None
        tally.rows += len(outcome.records)
        last = outcome.attempts[-1]
        return Found(
            provider=provider.id,
            records=tuple(outcome.records),
            fetched_at=last.ended_at,
            latency_ms=last.latency_ms,
        )

    async def _keep(self, provider: Provider) -> None:
        tally = self._tallies.get(provider.id)
        if tally is None:
            return
        if tally.attempts:
            await self._states.change(provider.id, lambda state: _after_all(state, tally.attempts, provider))
        elif tally.bar and disabled_reason(tally.bar) != self._book.states[provider.id].disabled_reason:
            await self._states.change(provider.id, disabling(tally.bar))


def _after_all(state: ProviderState, attempts: Sequence[Attempt], provider: Provider) -> ProviderState:
    for attempt in attempts:
        state = after(state, attempt, limits=provider.adapter.descriptor.limits, ring=provider.ring)
    return state


def _left(ends: float) -> timedelta:
    return timedelta(seconds=ends - asyncio.get_running_loop().time())


def _is_failure(error: UpstreamError | None) -> bool:
    return error is not None and not isinstance(error, NotListedError)
