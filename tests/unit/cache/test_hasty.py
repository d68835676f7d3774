"""Documents for those who have a caller waiting."""

import pytest

from shared.cache.hasty import HastyDocuments
from shared.core.errors import DocumentsUnavailableError
from tests.clocks import SteppingClock
from tests.fakes_documents import MemoryDocuments

PATH = "gas/ethereum"


def hasty(store: MemoryDocuments, clock: SteppingClock) -> HastyDocuments:
    return HastyDocuments(store, clock=clock, time_limit=0.01, first_time_limit=0.02, pause=5.0)


async def test_what_the_store_answers_is_answered() -> None:
    store, clock = MemoryDocuments(), SteppingClock()
    documents = hasty(store, clock)

    await documents.set(PATH, {"a": 1})
    created = await documents.create(PATH, {"a": 2})
    found = await documents.get(PATH)

    assert created is False
    assert found is not None
    assert found.fields == {"a": 1}
    assert await documents.replace(PATH, {"a": 3}, version=found.version)
    assert (await documents.get_many([PATH]))[PATH].fields == {"a": 3}


async def test_a_store_that_hangs_is_not_waited_for_and_then_left_alone() -> None:
    store, clock = MemoryDocuments(), SteppingClock()
    documents = hasty(store, clock)
    store.hanging = True

    for _ in range(3):
        with pytest.raises(DocumentsUnavailableError):
            await documents.get(PATH)

    assert len(store.asked) == 1


async def test_it_is_asked_again_after_the_pause() -> None:
    store, clock = MemoryDocuments(), SteppingClock()
    documents = hasty(store, clock)
    store.away = True
    with pytest.raises(DocumentsUnavailableError):
        await documents.get(PATH)

    store.away = False
    clock.advance(5)

    assert await documents.get(PATH) is None
