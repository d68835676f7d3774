"""Health is told quickly and never raises."""

import asyncio
from datetime import timedelta

import pytest

from shared.core.errors import DatabaseUnavailableError, DocumentsUnavailableError, UnavailableError
from shared.core.settings import Settings
from shared.domain.status.health import Check, HealthService, Probe
from tests.clocks import SteppingClock

SETTINGS = Settings.from_environment({"K_SERVICE": "system", "K_REVISION": "system-00001"})
SHORT = timedelta(milliseconds=20)


class AnsweringStore:
    """Answers after the clock has moved by `taking` seconds; counts how often it is asked."""

    def __init__(self, clock: SteppingClock, taking: float = 0.0) -> None:
        self._clock = clock
        self._taking = taking
        self.asked = 0

    async def __call__(self) -> None:
        self.asked += 1
        self._clock.advance(self._taking)


class FailingStore:
    """Fails with what it was given."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __call__(self) -> None:
        raise self._error


class HangingStore:
    """Answers when `release` is set, and like a worker thread takes no notice of being cancelled."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.asked = 0

    async def __call__(self) -> None:
        self.asked += 1
        while not self.release.is_set():
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                continue


def service(clock: SteppingClock, postgresql: Check, documents: Check) -> HealthService:
    checks = {"postgresql": postgresql, "documents": documents}
    return HealthService(SETTINGS, checks, clock=clock, allowed=SHORT)


async def test_both_stores_up_is_ok_with_their_latencies() -> None:
    clock = SteppingClock()

    health = await service(clock, AnsweringStore(clock, 0.004), AnsweringStore(clock)).health()

    assert (health.status, health.function, health.revision) == ("ok", "system", "system-00001")
    assert health.checks["postgresql"].latency_ms == 4.0
    assert health.checks["documents"].state == "up"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (DatabaseUnavailableError("PostgreSQL did not answer"), "database_unavailable"),
        (DocumentsUnavailableError("Firestore did not answer"), "documents_unavailable"),
        (ZeroDivisionError("a mistake of ours"), "internal"),
    ],
    ids=["database", "documents", "mistake"],
)
async def test_a_store_that_fails_degrades_health_without_raising(error: Exception, code: str) -> None:
    clock = SteppingClock()

    health = await service(clock, FailingStore(error), AnsweringStore(clock)).health()

    assert health.status == "degraded"
    found = health.checks["postgresql"]
    assert (found.state, found.latency_ms) == ("down", None)
    assert found.error is not None
    assert found.error.code == code


async def test_a_mistake_of_ours_is_not_shown_to_callers() -> None:
    clock = SteppingClock()

    health = await service(clock, FailingStore(ValueError("user=reader password=x")), AnsweringStore(clock)).health()

    assert "password" not in health.model_dump_json()


async def test_a_store_that_hangs_is_down_within_the_time_allowed() -> None:
    clock = SteppingClock()
    hanging = HangingStore()

    health = await asyncio.wait_for(service(clock, hanging, AnsweringStore(clock)).health(), timeout=5)

    assert health.checks["postgresql"].state == "down"
    assert health.checks["documents"].state == "up"
    hanging.release.set()


async def test_a_store_that_hung_is_asked_afresh_by_the_next_caller() -> None:
    clock = SteppingClock()
    hanging = HangingStore()
    probe = Probe("postgresql", hanging, clock=clock, allowed=SHORT)
    await probe.ask()

    hanging.release.set()
    found = await probe.ask()

    assert (found.state, hanging.asked) == ("up", 2)


async def test_stores_are_asked_at_the_same_time() -> None:
    clock = SteppingClock()
    first_asked, second_asked = asyncio.Event(), asyncio.Event()

    def meeting(mine: asyncio.Event, other: asyncio.Event) -> Check:
        async def check() -> None:
            mine.set()
            await other.wait()

        return check

    checks: dict[str, Check] = {
        "postgresql": meeting(first_asked, second_asked),
        "documents": meeting(second_asked, first_asked),
    }
    health = await HealthService(SETTINGS, checks, clock=clock, allowed=timedelta(seconds=5)).health()

    assert health.status == "ok"


async def test_callers_who_come_together_share_one_question() -> None:
    clock = SteppingClock()
    hanging = HangingStore()
    probe = Probe("documents", hanging, clock=clock, allowed=timedelta(seconds=5))

    together = [asyncio.create_task(probe.ask()) for _ in range(20)]
    await asyncio.sleep(0)
    hanging.release.set()
    found = await asyncio.gather(*together)

    assert hanging.asked == 1
    assert {each.state for each in found} == {"up"}


async def test_ready_as_long_as_one_store_serves() -> None:
    clock = SteppingClock()
    away = FailingStore(DatabaseUnavailableError("PostgreSQL did not answer"))

    health = await service(clock, away, AnsweringStore(clock)).ready()

    assert health.status == "degraded"


async def test_not_ready_when_no_store_serves() -> None:
    away = FailingStore(DatabaseUnavailableError("PostgreSQL did not answer"))

    with pytest.raises(UnavailableError, match="None of postgresql, documents answers"):
        await service(SteppingClock(), away, away).ready()


def test_the_process_is_alive_without_asking_any_store() -> None:
    clock = SteppingClock()
    store = AnsweringStore(clock)

    assert service(clock, store, store).live().status == "ok"
    assert store.asked == 0
