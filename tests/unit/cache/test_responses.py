"""The response cache within one instance."""

import asyncio

import pytest

from shared.cache.entry import Recorded
from shared.cache.outcome import HIT_MEMORY, MISS, STALE, Found
from tests.clocks import SteppingClock

from .computations import COLD, HEADERS, Computation, body_of, cache_of, data_of, settled


async def test_second_request_is_answered_from_memory() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()

    first = await cache.find(COLD, compute)
    second = await cache.find(COLD, compute)

    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert (first.state, second.state) == (MISS, HIT_MEMORY)
    assert compute.runs == 1


@pytest.mark.parametrize("body", [b"[]", b"0", b"null", b""])
async def test_empty_answers_are_answers(body: bytes) -> None:
    cache, runs = cache_of(SteppingClock()), []

    async def compute(_: object) -> Recorded:
        runs.append(1)
        return Recorded(200, HEADERS, body)

    await cache.find(COLD, compute)
    found = await cache.find(COLD, compute)

    assert body_of(found) == body
    assert len(runs) == 1


async def test_concurrent_requests_share_one_computation() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()
    compute.close()
    tasks = [asyncio.create_task(cache.find(COLD, compute)) for _ in range(20)]
    await settled()

    compute.gate.set()
    found = await asyncio.gather(*tasks)

    assert compute.runs == 1
    assert {data_of(each) for each in found} == {1}


async def test_cancelled_leader_is_succeeded_by_another() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()
    compute.close()
    tasks = [asyncio.create_task(cache.find(COLD, compute)) for _ in range(5)]
    await settled()

    tasks[0].cancel()
    await settled()
    compute.gate.set()
    found = await asyncio.gather(*tasks[1:])

    assert tasks[0].cancelled()
    assert compute.runs == 2
    assert {data_of(each) for each in found} == {2}


async def test_cancelled_waiter_disturbs_nobody() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()
    compute.close()
    tasks = [asyncio.create_task(cache.find(COLD, compute)) for _ in range(5)]
    await settled()

    tasks[2].cancel()
    await settled()
    compute.gate.set()
    found = await asyncio.gather(*(task for task in tasks if task is not tasks[2]))

    assert compute.runs == 1
    assert len(found) == 4


async def test_all_cancelled_leaves_nothing_behind() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()
    compute.close()
    tasks = [asyncio.create_task(cache.find(COLD, compute)) for _ in range(3)]
    await settled()
    for task in tasks:
        task.cancel()
    await settled()

    compute.gate.set()

    assert data_of(await cache.find(COLD, compute)) == compute.runs


async def test_failing_leader_fails_everybody_alike_and_is_not_kept() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()
    compute.close()
    compute.error = RuntimeError("broken")
    tasks = [asyncio.create_task(cache.find(COLD, compute)) for _ in range(4)]
    await settled()

    compute.gate.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    compute.error = None

    assert outcomes == [compute_error := outcomes[0]] * 4
    assert isinstance(compute_error, RuntimeError)
    assert compute.runs == 1
    assert data_of(await cache.find(COLD, compute)) == 2


async def test_server_error_is_shared_and_not_kept() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()
    compute.close()
    compute.status = 503
    tasks = [asyncio.create_task(cache.find(COLD, compute)) for _ in range(4)]
    await settled()

    compute.gate.set()
    outcomes = await asyncio.gather(*tasks)

    assert [outcome.status for outcome in outcomes if isinstance(outcome, Recorded)] == [503] * 4
    assert compute.runs == 1
    await cache.find(COLD, compute)
    assert compute.runs == 2


async def test_refusals_are_for_one_caller_only() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()
    compute.close()
    compute.status = 404
    tasks = [asyncio.create_task(cache.find(COLD, compute)) for _ in range(4)]
    await settled()

    compute.gate.set()
    await asyncio.gather(*tasks)

    assert compute.runs == 4


async def test_private_answers_are_computed_side_by_side() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()
    compute.close()
    compute.passes_on = True
    tasks = [asyncio.create_task(cache.find(COLD, compute)) for _ in range(4)]
    await settled()

    side_by_side = compute.running
    compute.gate.set()

    assert await asyncio.gather(*tasks) == [None] * 4
    assert side_by_side == 4


async def test_answer_that_became_public_is_kept_again() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()
    compute.passes_on = True
    await cache.find(COLD, compute)
    compute.passes_on = False

    await cache.find(COLD, compute)
    await cache.find(COLD, compute)

    assert compute.runs == 2


async def test_expired_answer_is_renewed_by_the_request_that_finds_it() -> None:
    clock, compute = SteppingClock(), Computation()
    cache = cache_of(clock)
    await cache.find(COLD, compute)
    clock.advance(60)

    found = await cache.find(COLD, compute)

    assert data_of(found) == 2
    assert isinstance(found, Found)
    assert found.state == MISS


async def test_others_are_served_stale_while_one_renews() -> None:
    clock, compute = SteppingClock(), Computation()
    cache = cache_of(clock)
    await cache.find(COLD, compute)
    clock.advance(61)
    compute.close()
    renewing = asyncio.create_task(cache.find(COLD, compute))
    await settled()

    others = [await cache.find(COLD, compute) for _ in range(3)]
    compute.gate.set()

    assert all(isinstance(other, Found) and (other.state, other.warning) == (STALE, 110) for other in others)
    assert data_of(await renewing) == 2
    assert compute.runs == 2


async def test_too_old_answer_is_waited_for() -> None:
    clock, compute = SteppingClock(), Computation()
    cache = cache_of(clock)
    await cache.find(COLD, compute)
    clock.advance(91)
    compute.close()
    tasks = [asyncio.create_task(cache.find(COLD, compute)) for _ in range(3)]
    await settled()

    waiting = not any(task.done() for task in tasks)
    compute.gate.set()

    assert waiting
    assert {data_of(found) for found in await asyncio.gather(*tasks)} == {2}


@pytest.mark.parametrize("how", ["status", "exception"])
async def test_stale_answer_stands_in_when_computing_fails(how: str) -> None:
    clock, compute = SteppingClock(), Computation()
    cache = cache_of(clock)
    await cache.find(COLD, compute)
    clock.advance(300)
    if how == "status":
        compute.status = 503
    else:
        compute.error = RuntimeError("broken")

    found = await cache.find(COLD, compute)

    assert isinstance(found, Found)
    assert (found.state, found.warning, data_of(found)) == (STALE, 111, 1)


async def test_nothing_stands_in_beyond_stale_if_error() -> None:
    clock, compute = SteppingClock(), Computation()
    cache = cache_of(clock)
    await cache.find(COLD, compute)
    clock.advance(660)
    compute.status = 503

    found = await cache.find(COLD, compute)

    assert isinstance(found, Recorded)
    assert found.status == 503


async def test_refusal_is_passed_on_though_a_stale_answer_is_held() -> None:
    clock, compute = SteppingClock(), Computation()
    cache = cache_of(clock)
    await cache.find(COLD, compute)
    clock.advance(61)
    compute.status = 404

    found = await cache.find(COLD, compute)

    assert isinstance(found, Recorded)
    assert found.status == 404


async def test_failing_computation_is_left_alone_for_a_moment() -> None:
    clock, compute = SteppingClock(), Computation()
    cache = cache_of(clock)
    await cache.find(COLD, compute)
    clock.advance(61)
    compute.status = 503
    for _ in range(5):
        await cache.find(COLD, compute)
    runs_while_failing = compute.runs
    compute.status = 200
    clock.advance(1)

    found = await cache.find(COLD, compute)

    assert runs_while_failing == 2
    assert data_of(found) == 3


async def test_no_cache_computes_anew_and_replaces_what_is_kept() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()
    await cache.find(COLD, compute)

    renewed = await cache.find(COLD, compute, renew=True)
    after = await cache.find(COLD, compute)

    assert (data_of(renewed), data_of(after)) == (2, 2)


async def test_no_cache_requests_share_a_computation_that_began_after_them() -> None:
    cache, compute = cache_of(SteppingClock()), Computation()
    compute.close()
    before = asyncio.create_task(cache.find(COLD, compute))
    await settled()
    renewing = [asyncio.create_task(cache.find(COLD, compute, renew=True)) for _ in range(5)]
    await settled()

    compute.gate.set()
    found = await asyncio.gather(*renewing)

    assert data_of(await before) == 1
    assert {data_of(each) for each in found} == {2}
    assert compute.runs == 2


async def test_no_cache_is_answered_stale_when_computing_fails() -> None:
    clock, compute = SteppingClock(), Computation()
    cache = cache_of(clock)
    await cache.find(COLD, compute)
    compute.status = 500

    found = await cache.find(COLD, compute, renew=True)

    assert isinstance(found, Found)
    assert found.warning == 111
