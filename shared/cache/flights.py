"""One computation at a time per key within this process; who comes meanwhile waits for its outcome."""

import asyncio
from typing import Generic, TypeVar

Outcome = TypeVar("Outcome")


class Abandoned:
    """The computation ended without an outcome, because its caller went away; somebody else has to compute."""


ABANDONED = Abandoned()


class Flight(Generic[Outcome]):
    """One running computation. `number` tells which of two began first."""

    __slots__ = ("_waiters", "number", "outcome")

    def __init__(self, number: int) -> None:
        self.number = number
        self.outcome: Outcome | Abandoned | None = None
        self._waiters: list[asyncio.Future[None]] = []

    async def landed(self) -> Outcome | Abandoned:
        """Return the outcome when it is there; a waiter that is cancelled disturbs nobody else."""
        if self.outcome is None:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter
        return ABANDONED if self.outcome is None else self.outcome

    def land(self, outcome: Outcome | Abandoned) -> None:
        """Let everybody go on; only the first outcome counts."""
        if self.outcome is not None:
            return
        self.outcome = outcome
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)


class Flights(Generic[Outcome]):
    """The running computations by key."""

    def __init__(self) -> None:
        self._running: dict[str, Flight[Outcome]] = {}
        self.begun = 0

    def of(self, key: str) -> Flight[Outcome] | None:
        """Return the one running for the key."""
        return self._running.get(key)

    def begin(self, key: str) -> Flight[Outcome]:
        """Start one; the caller must `end` it whatever happens."""
        self.begun += 1
        flight = self._running[key] = Flight[Outcome](self.begun)
        return flight

    def end(self, key: str, flight: Flight[Outcome], outcome: Outcome | Abandoned) -> None:
        """Take it off and let the waiting go on."""
        if self._running.get(key) is flight:
            del self._running[key]
        flight.land(outcome)
