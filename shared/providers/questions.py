"""Asking: one provider with each of its keys, and a round of several at a time."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from shared.core.clock import Clock
from shared.core.errors import (
    BadPayloadError,
    DeadlineExceededError,
    FrozenAnswerError,
    KeyRejectedError,
    NotListedError,
    UpstreamError,
)
from shared.records.provider import ProviderState

from . import circuit, freezing
from .contract import Http
from .health import Attempt, after
from .keys import ApiKey
from .rotation import Bar, Provider, barred
from .state import Book, StateStore

log = logging.getLogger(__name__)

SHARE = 0.6
"""Of the time for everything, what one provider may use: the rest is its replacement's."""
TRIAL_GRACE = timedelta(seconds=5)


@dataclass(slots=True)
class Outcome:
    """What came of one provider in one run: records, or the error of the last attempt, or why it was not asked."""

    provider: Provider
    attempts: list[Attempt] = field(default_factory=list)
    records: list[Any] | None = None
    bar: Bar | None = None

    def change(self, state: ProviderState) -> ProviderState:
        """Return a state with this run's attempts added."""
        for attempt in self.attempts:
            state = after(state, attempt, limits=self.provider.adapter.descriptor.limits, ring=self.provider.ring)
        return state


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks one provider once, with its next key when one is refused."""

    http: Http
    clock: Clock
    states: StateStore
    book: Book
    request: Any
    empty: bool = False
    """Whether an answer without records is one: quotes there always are, news not."""

    async def ask(self, provider: Provider, allowed: timedelta) -> Outcome:
        """Return what came of it within the time allowed; raises nothing that a provider can cause."""
        before = self.book.states[provider.id]
        outcome = Outcome(provider)
        if not await self._may_try(provider, before, allowed):
            outcome.bar = Bar("trial_elsewhere", "its one trial is under way elsewhere")
            return outcome
        ends = asyncio.get_running_loop().time() + allowed.total_seconds()
        for key in provider.ring.usable(before, self.clock.now()) or (None,):
            left = timedelta(seconds=ends - asyncio.get_running_loop().time())
            if outcome.attempts and (left <= timedelta(0) or self._spent(outcome, before)):
                break
            outcome.records, attempt = await self._attempt(provider, key, outcome.change(before), left)
            outcome.attempts.append(attempt)
            if not isinstance(attempt.error, KeyRejectedError):
                break
        return outcome

    async def _may_try(self, provider: Provider, before: ProviderState, allowed: timedelta) -> bool:
        """Claim the one trial of a circuit that is not closed, so that no other instance makes another."""
        if before.circuit == "closed":
            return True
        until = self.clock.now() + allowed + TRIAL_GRACE
        return await self.states.claim(provider.id, before, lambda state: circuit.trying(state, until=until))

    def _spent(self, outcome: Outcome, before: ProviderState) -> bool:
        bar = barred(outcome.provider, outcome.change(before), self.request, self.clock.now())
        return bar is not None and bar.code == "quota_spent"

    async def _attempt(
        self, provider: Provider, key: ApiKey | None, state: ProviderState, allowed: timedelta
    ) -> tuple[list[Any] | None, Attempt]:
        asked_at, started = self.clock.now(), self.clock.monotonic()
        records: list[Any] | None = None
        error: UpstreamError | None = None
        try:
            records = await self._answer(provider, key, allowed)
        except UpstreamError as failure:
            error = failure
        except Exception as failure:
            log.exception("provider.adapter_failed", extra={"provider": provider.id})
            error = BadPayloadError(provider.id, f"the adapter failed ({type(failure).__name__})")
        seen = freezing.fingerprint_of(records) if records and provider.adapter.descriptor.kind == "quotes" else None
        if freezing.frozen(state, seen):
            records, error = None, FrozenAnswerError(provider.id, f"the same prices {freezing.MOST_REPEATS} times over")
        attempt = Attempt(
            asked_at=asked_at,
            ended_at=self.clock.now(),
            latency_ms=(self.clock.monotonic() - started) * 1000,
            cost=provider.adapter.cost(self.request),
            key=key,
            error=error,
            fingerprint=seen,
        )
        return records, attempt

    async def _answer(self, provider: Provider, key: ApiKey | None, allowed: timedelta) -> list[Any]:
        loop = asyncio.get_running_loop()
        ends = loop.time() + allowed.total_seconds()
        try:
            async with asyncio.timeout_at(ends):
                payload = await provider.adapter.fetch(self.http, self.request, key.value if key else None)
        except TimeoutError:
            raise DeadlineExceededError(provider.id, allowed) from None
        records = provider.adapter.normalise(payload, self.request, fetched_at=self.clock.now())
        if loop.time() > ends:
            raise DeadlineExceededError(provider.id, allowed)
        if not records and not self.empty:
            raise BadPayloadError(provider.id, "nothing in it")
        return records


class Round:
    """As many at a time as are wanted; whoever fails is replaced by the next in line at once."""

    def __init__(self, asker: Asker, line: Sequence[Provider], wanted: int, deadline: timedelta) -> None:
        self._asker = asker
        self._line = list(line)
        self._wanted = wanted
        self._deadline = deadline
        self._ends = asyncio.get_running_loop().time() + deadline.total_seconds()
        self._running: dict[asyncio.Task[Outcome], Provider] = {}
        self._ended: list[Outcome] = []

    async def play(self) -> list[Outcome]:
        """Return what came of everyone that was asked, in the order in which they ended."""
        try:
            while self._fill():
                done, _ = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    del self._running[task]
                    self._ended.append(logged(task.result()))
            return self._ended + self._without_time()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _fill(self) -> bool:
        """Start as many as are missing; return whether any are running."""
        while len(self._answered()) + len(self._running) < self._wanted:
            provider = self._next()
            if provider is None or self._left() <= timedelta(0):
                break
            self._line.remove(provider)
            allowed = min(self._left(), self._deadline * SHARE)
            self._running[asyncio.ensure_future(self._asker.ask(provider, allowed))] = provider
        return bool(self._running)

    def _next(self) -> Provider | None:
        """Return the next in line whose family neither answered nor is being asked."""
        taken = self._answered() | {provider.family for provider in self._running.values()}
        return next((provider for provider in self._line if provider.family not in taken), None)

    def _answered(self) -> set[str]:
        return {outcome.provider.family for outcome in self._ended if outcome.records is not None}

    def _left(self) -> timedelta:
        return timedelta(seconds=self._ends - asyncio.get_running_loop().time())

    def _without_time(self) -> list[Outcome]:
        """Return those who would have been asked, had there been time."""
        if len(self._answered()) >= self._wanted or self._left() > timedelta(0):
            return []
        late = Bar("no_time", "no time was left to ask")
        return [Outcome(each, bar=late) for each in self._line if each.family not in self._answered()]


def logged(outcome: Outcome) -> Outcome:
    """Return the outcome, told to the log where it is a failure."""
    error = outcome.attempts[-1].error if outcome.attempts else None
    if error is not None and not isinstance(error, NotListedError):
        log.warning(
            "provider.failed", extra={"provider": outcome.provider.id, "code": error.code, "reason": error.reason}
        )
    return outcome
