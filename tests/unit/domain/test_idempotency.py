"""A request that is sent again is answered as the first time."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.core.errors import ConflictError
from shared.domain.idempotency import KEPT_FOR, Attempt, IdempotencyKeys
from tests.clocks import NOON, SteppingClock
from tests.fakes_documents import MemoryDocuments

ATTEMPT = Attempt.of("trading", "ann", "key 1", "accounts", {"name": "Main", "cash": Decimal(1)})


@pytest.fixture
def keys() -> tuple[IdempotencyKeys, MemoryDocuments, SteppingClock]:
    documents, clock = MemoryDocuments(), SteppingClock()
    return IdempotencyKeys(documents, clock), documents, clock


Keys = tuple[IdempotencyKeys, MemoryDocuments, SteppingClock]


async def remember(keys: Keys, attempt: Attempt, answer: str) -> bool:
    recalled = await keys[0].recall(attempt)
    return await keys[1].commit(recalled.writes(answer, keys[2].now()))


async def test_a_key_is_answered_as_the_first_time_for_a_day(keys: Keys) -> None:
    await remember(keys, ATTEMPT, "first")

    keys[2].advance(KEPT_FOR)
    within = await keys[0].recall(ATTEMPT)
    keys[2].advance(timedelta(seconds=1))
    later = await keys[0].recall(ATTEMPT)

    assert (within.answer, later.answer) == ("first", None)


async def test_a_key_that_is_over_may_be_used_anew(keys: Keys) -> None:
    await remember(keys, ATTEMPT, "first")
    keys[2].advance(KEPT_FOR + timedelta(seconds=1))

    assert await remember(keys, ATTEMPT, "second")

    assert (await keys[0].recall(ATTEMPT)).answer == "second"


async def test_a_key_used_for_something_else_is_refused(keys: Keys) -> None:
    await remember(keys, ATTEMPT, "first")

    with pytest.raises(ConflictError) as refused:
        await keys[0].recall(Attempt.of("trading", "ann", "key 1", "accounts", {"name": "Other"}))

    assert refused.value.code == "idempotency_key_reused"


async def test_two_owners_keys_have_nothing_to_do_with_each_other(keys: Keys) -> None:
    await remember(keys, ATTEMPT, "first")

    assert (await keys[0].recall(Attempt.of("trading", "bob", "key 1", "accounts", {}))).answer is None


async def test_without_a_key_nothing_is_remembered(keys: Keys) -> None:
    recalled = await keys[0].recall(Attempt.of("trading", "ann", None, "accounts", {}))

    assert (recalled.answer, recalled.writes("first", NOON)) == (None, ())


async def test_the_same_key_means_nothing_in_another_group(keys: Keys) -> None:
    await remember(keys, ATTEMPT, "first")

    assert (await keys[0].recall(Attempt.of("portfolio", "ann", "key 1", "accounts", {}))).answer is None
