"""Several instances over one document store."""

import asyncio
import logging
from datetime import timedelta

import pytest

from shared.cache.documents import LARGEST_PAYLOAD
from shared.cache.entry import Recorded
from shared.cache.outcome import HIT_DOCUMENTS, MISS, STALE, Found
from tests.clocks import SteppingClock
from tests.fakes_documents import MemoryDocuments

from .computations import COLD, HEADERS, HOT, Computation, body_of, data_of, instance_of, settled


def state_of(found: object) -> tuple[bytes, int]:
    assert isinstance(found, Found)
    return found.state, found.warning


async def test_cold_instance_answers_from_documents() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    first = await instance_of(store, clock).find(HOT, compute)
    clock.advance(10)

    second = await instance_of(store, clock).find(HOT, compute)

    assert state_of(first) == (MISS, 0)
    assert state_of(second) == (HIT_DOCUMENTS, 0)
    assert isinstance(first, Found)
    assert isinstance(second, Found)
    assert second.entry.form.etag == first.entry.form.etag
    assert second.entry.headers == first.entry.headers
    assert clock.monotonic() - second.entry.made == pytest.approx(10)
    assert compute.runs == 1


async def test_answer_is_written_before_it_is_given() -> None:
    store = MemoryDocuments()

    await instance_of(store, SteppingClock()).find(HOT, Computation())

    assert store.asked == ["get cache", "create leases", "set cache", "delete leases"]


async def test_cold_paths_cause_no_document_traffic() -> None:
    store = MemoryDocuments()
    cache = instance_of(store, SteppingClock())

    await cache.find(COLD, Computation())
    await cache.find(COLD, Computation(), renew=True)

    assert store.asked == []


async def test_expired_document_is_a_miss() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    await instance_of(store, clock).find(HOT, compute)
    clock.advance(60)

    found = await instance_of(store, clock).find(HOT, compute)

    assert state_of(found) == (MISS, 0)
    assert data_of(found) == 2


async def test_other_revisions_have_their_own_answers() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    await instance_of(store, clock, generation="r1").find(HOT, compute)

    found = await instance_of(store, clock, generation="r2").find(HOT, compute)

    assert state_of(found) == (MISS, 0)


async def test_unknown_schema_is_a_miss() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    await instance_of(store, clock).find(HOT, compute)
    (document,) = store.of("cache")
    await store.set(document.path, {**document.fields, "schema": 0})

    found = await instance_of(store, clock).find(HOT, compute)

    assert state_of(found) == (MISS, 0)


async def test_unreadable_document_is_a_miss() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    await instance_of(store, clock).find(HOT, compute)
    (document,) = store.of("cache")
    await store.set(document.path, {**document.fields, "body": b"not gzip"})

    found = await instance_of(store, clock).find(HOT, compute)

    assert state_of(found) == (MISS, 0)


async def test_answer_over_the_limit_stays_in_memory() -> None:
    store = MemoryDocuments()
    cache = instance_of(store, SteppingClock())
    # Bytes of a counter's digest do not shrink.
    import hashlib

    body = b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(LARGEST_PAYLOAD // 32 + 1))

    async def compute(_: object) -> Recorded:
        return Recorded(200, HEADERS, body)

    found = await cache.find(HOT, compute)

    assert body_of(found) == body
    assert store.of("cache") == []


async def test_no_cache_replaces_the_document_too() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    cache = instance_of(store, clock)
    await cache.find(HOT, compute)

    await cache.find(HOT, compute, renew=True)

    assert data_of(await instance_of(store, clock).find(HOT, compute)) == 2


async def test_two_instances_compute_once() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    compute.close()
    leader = asyncio.create_task(instance_of(store, clock).find(HOT, compute))
    await settled()

    loser = asyncio.create_task(instance_of(store, clock, waits=compute.gate.set).find(HOT, compute))

    assert state_of(await leader) == (MISS, 0)
    assert state_of(await loser) == (HIT_DOCUMENTS, 0)
    assert compute.runs == 1


async def test_loser_that_holds_a_stale_answer_serves_it() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    one, other = instance_of(store, clock), instance_of(store, clock)
    await one.find(HOT, compute)
    clock.advance(61)
    compute.close()
    leader = asyncio.create_task(one.find(HOT, compute))
    await settled()

    found = await other.find(HOT, compute)
    compute.gate.set()
    await leader

    assert state_of(found) == (STALE, 110)
    assert compute.runs == 2


async def test_loser_computes_when_the_holder_dies() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    compute.close()
    dying = asyncio.create_task(instance_of(store, clock).find(HOT, compute))
    await settled()
    waited: list[int] = []
    loser = instance_of(store, clock, waits=lambda: waited.append(1), looks=3)
    healthy = Computation()

    found = await loser.find(HOT, healthy)
    dying.cancel()
    await settled()

    assert data_of(found) == 1
    assert len(waited) == 3


async def test_expired_lease_is_taken_over() -> None:
    clock, store = SteppingClock(), MemoryDocuments()
    stuck, healthy = Computation(), Computation()
    stuck.close()
    dead = asyncio.create_task(instance_of(store, clock).find(HOT, stuck))
    await settled()
    clock.advance(timedelta(seconds=11))

    found = await instance_of(store, clock).find(HOT, healthy)

    assert state_of(found) == (MISS, 0)
    assert "replace leases" in store.asked
    dead.cancel()
    await settled()


async def test_overtaken_holder_leaves_the_other_ones_lease_alone() -> None:
    clock, store = SteppingClock(), MemoryDocuments()
    slow, successor = Computation(), Computation()
    slow.close()
    successor.close()
    overtaken = asyncio.create_task(instance_of(store, clock).find(HOT, slow))
    await settled()
    clock.advance(11)
    following = asyncio.create_task(instance_of(store, clock).find(HOT, successor))
    await settled()

    slow.gate.set()
    await overtaken

    assert len(store.of("leases")) == 1
    successor.gate.set()
    await following
    assert store.of("leases") == []


async def test_lease_of_a_failed_computation_goes_to_the_next() -> None:
    clock, store = SteppingClock(), MemoryDocuments()
    failing, healthy = Computation(), Computation()
    failing.close()
    failing.status = 503
    leader = asyncio.create_task(instance_of(store, clock).find(HOT, failing))
    await settled()

    found = await instance_of(store, clock, waits=failing.gate.set).find(HOT, healthy)

    assert isinstance(await leader, Recorded)
    assert data_of(found) == 1


async def test_cancelled_leader_gives_its_lease_back() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    compute.close()
    leader = asyncio.create_task(instance_of(store, clock).find(HOT, compute))
    await settled()

    leader.cancel()
    await settled()

    assert store.of("leases") == []


@pytest.mark.parametrize("trouble", ["away", "hanging"])
async def test_answers_do_not_depend_on_documents(trouble: str) -> None:
    store, compute = MemoryDocuments(), Computation()
    setattr(store, trouble, True)

    found = await instance_of(store, SteppingClock()).find(HOT, compute)

    assert state_of(found) == (MISS, 0)


async def test_absent_store_is_asked_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    cache = instance_of(store, clock)
    store.away = True
    with caplog.at_level(logging.WARNING):
        for _ in range(4):
            await cache.find(HOT, compute, renew=True)
    asked_while_away = len(store.asked)
    store.away = False
    clock.advance(5)

    await cache.find(HOT, compute, renew=True)

    assert asked_while_away == 1
    assert [record.message for record in caplog.records] == ["cache.documents_failed"]
    assert data_of(await instance_of(store, clock).find(HOT, compute)) == 5


async def test_documents_stand_in_when_a_cold_instance_cannot_compute() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    await instance_of(store, clock).find(HOT, compute)
    clock.advance(300)
    compute.status = 503

    found = await instance_of(store, clock).find(HOT, compute)

    assert state_of(found) == (STALE, 111)
    assert data_of(found) == 1


async def test_no_cache_at_a_cold_instance_falls_back_on_documents() -> None:
    clock, store, compute = SteppingClock(), MemoryDocuments(), Computation()
    await instance_of(store, clock).find(HOT, compute)
    compute.status = 503

    found = await instance_of(store, clock).find(HOT, compute, renew=True)

    assert state_of(found) == (STALE, 111)


async def test_store_that_cannot_be_opened_is_like_one_that_is_away() -> None:
    def closed() -> MemoryDocuments:
        raise RuntimeError("no credentials")

    from shared.cache.guarded import GuardedStore

    guarded = GuardedStore(closed, clock=SteppingClock())

    assert await guarded.ask("read", lambda store: store.get("cache/a"), otherwise=None) is None
    assert guarded.failures == 1
