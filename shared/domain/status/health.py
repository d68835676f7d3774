"""Whether the stores underneath answer, told quickly and without ever raising."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from shared.core.clock import Clock
from shared.core.errors import PrismError, UnavailableError
from shared.core.settings import Settings

from .models import DependencyHealth, ErrorFact, Health, Liveness

Check = Callable[[], Awaitable[object]]

ALLOWED = timedelta(seconds=1)
"""For each check; a load balancer gives up on health answers after a few seconds."""

log = logging.getLogger(__name__)


class Probe:
    """Asks one store a small question; callers who come meanwhile share the answer."""

    def __init__(self, name: str, check: Check, *, clock: Clock, allowed: timedelta = ALLOWED) -> None:
        self._name = name
        self._check = check
        self._clock = clock
        self._allowed_s = allowed.total_seconds()
        self._asking: asyncio.Task[float] | None = None
        self._abandoned: set[asyncio.Task[float]] = set()

    async def ask(self) -> DependencyHealth:
        """Return what the store said within the time allowed."""
        asking = self._asking or self._start()
        # Not `wait_for`, which waits on for a thread that cannot be cancelled.
        await asyncio.wait({asking}, timeout=self._allowed_s)
        if not asking.done():
            self._abandon(asking)
            return _down("deadline_exceeded", f"{self._name} gave no answer within {self._allowed_s:g} s")
        if asking.cancelled():
            return _down("deadline_exceeded", f"{self._name} was given up on by an earlier caller")
        error = asking.exception()
        return self._failed(error) if error else DependencyHealth(state="up", latency_ms=asking.result(), error=None)

    def _start(self) -> "asyncio.Task[float]":
        self._asking = asyncio.create_task(self._timed())
        self._asking.add_done_callback(self._ended)
        return self._asking

    async def _timed(self) -> float:
        started = self._clock.monotonic()
        await self._check()
        return round((self._clock.monotonic() - started) * 1000, 2)

    def _abandon(self, asking: "asyncio.Task[float]") -> None:
        asking.cancel()
        self._abandoned.add(asking)
        self._forget(asking)

    def _ended(self, asking: "asyncio.Task[float]") -> None:
        self._abandoned.discard(asking)
        self._forget(asking)
        if not asking.cancelled():
            asking.exception()  # Looked at, so that asyncio does not report it as lost.

    def _forget(self, asking: "asyncio.Task[float]") -> None:
        if self._asking is asking:
            self._asking = None

    def _failed(self, error: BaseException) -> DependencyHealth:
        if isinstance(error, PrismError):
            return _down(error.code, str(error))
        log.error("health.check_failed", exc_info=error, extra={"check": self._name})
        return _down("internal", f"{self._name} could not be asked: {type(error).__name__}")


class HealthService:
    """Answers for one function's process and its stores."""

    def __init__(self, settings: Settings, checks: Mapping[str, Check], *, clock: Clock, allowed: timedelta = ALLOWED):
        self._settings = settings
        self._clock = clock
        self._probes = {name: Probe(name, check, clock=clock, allowed=allowed) for name, check in checks.items()}

    async def health(self) -> Health:
        """Return every store's state, all asked at once."""
        findings = await asyncio.gather(*(probe.ask() for probe in self._probes.values()))
        return Health(
            status="ok" if all(finding.state == "up" for finding in findings) else "degraded",
            function=self._settings.function,
            revision=self._settings.revision,
            checked_at=self._clock.now(),
            checks=dict(zip(self._probes, findings, strict=True)),
        )

    async def ready(self) -> Health:
        """Return the health, as long as any store can serve.

        Raises:
            UnavailableError: none can.
        """
        health = await self.health()
        if all(finding.state == "down" for finding in health.checks.values()):
            raise UnavailableError(f"None of {', '.join(health.checks)} answers", timedelta(seconds=5))
        return health

    def live(self) -> Liveness:
        """Return that the process answers."""
        return Liveness(status="ok", function=self._settings.function, revision=self._settings.revision)


def _down(code: str, detail: str) -> DependencyHealth:
    return DependencyHealth(state="down", latency_ms=None, error=ErrorFact(code=code, detail=detail))
