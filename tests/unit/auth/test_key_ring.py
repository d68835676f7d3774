"""Keys: what is kept of them, who they act for, and how soon a revoked one is worth nothing."""

from datetime import timedelta

import pytest

from shared.auth.key_ring import KeyRing
from shared.auth.keys import HASHES, MadeKey, make_key
from shared.core.errors import DocumentsUnavailableError, TokenRefusedError
from tests.clocks import NOON, SteppingClock
from tests.fakes_documents import MemoryDocuments


async def kept(documents: MemoryDocuments, **changes: object) -> MadeKey:
    """Make a key of ann's and keep what is kept of it."""
    made = make_key()
    fields = {
        "owner": "ann",
        "salt": made.salt,
        "digest": made.digest,
        "scopes": ["read"],
        "plan": "pro",
        "good_until": NOON + timedelta(days=1),
    }
    await documents.set(f"{HASHES}/{made.id}", fields | changes)  # type: ignore[arg-type]
    return made


async def test_a_key_acts_for_its_owner_within_its_scopes() -> None:
    documents = MemoryDocuments()
    made = await kept(documents)

    caller = await KeyRing(documents, SteppingClock()).bearer(made.text)

    assert (caller.uid, caller.via, caller.plan, caller.key_id) == ("ann", "key", "pro", made.id)
    assert caller.may("read")
    assert not caller.may("trading")


async def test_nothing_that_is_kept_is_the_secret() -> None:
    documents = MemoryDocuments()
    made = await kept(documents)

    secret = made.text.rpartition("_")[2]

    assert secret not in repr(documents.documents)


def test_two_keys_share_neither_id_nor_salt_nor_hash() -> None:
    first, second = make_key(), make_key()

    assert not {first.id, first.text, first.salt, first.digest} & {second.id, second.text, second.salt, second.digest}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text[:-1],
        lambda text: text + "A",
        lambda text: text.replace("cp_", "CP_"),
        lambda text: f"{text}, {text}",
        lambda text: f" {text}",
        lambda text: "",
        lambda text: "cp_../../etc_" + "a" * 43,
        lambda text: make_key().text,
    ],
)
async def test_a_spoiled_key_is_refused(spoil: object) -> None:
    documents = MemoryDocuments()
    made = await kept(documents)

    with pytest.raises(TokenRefusedError, match=r"API key (malformed|unknown or revoked)"):
        await KeyRing(documents, SteppingClock()).bearer(spoil(made.text))  # type: ignore[operator]


async def test_an_expired_key_is_refused_also_where_it_is_remembered() -> None:
    documents, clock = MemoryDocuments(), SteppingClock()
    made, ring = await kept(documents, good_until=NOON + timedelta(seconds=10)), KeyRing(documents, clock)
    await ring.bearer(made.text)
    clock.advance(10)

    with pytest.raises(TokenRefusedError, match="expired"):
        await ring.bearer(made.text)


async def test_a_key_without_an_end_goes_on() -> None:
    documents, clock = MemoryDocuments(), SteppingClock()
    made, ring = await kept(documents, good_until=None), KeyRing(documents, clock)
    clock.advance(timedelta(days=5_000))

    assert (await ring.bearer(made.text)).uid == "ann"


async def test_a_revoked_key_works_nowhere_within_a_minute() -> None:
    documents, clock = MemoryDocuments(), SteppingClock()
    made = await kept(documents)
    instances = [KeyRing(documents, clock) for _ in range(2)]
    for instance in instances:
        await instance.bearer(made.text)
        clock.advance(7)

    await documents.delete(f"{HASHES}/{made.id}")

    clock.advance(60)
    for instance in instances:
        with pytest.raises(TokenRefusedError, match="revoked"):
            await instance.bearer(made.text)


async def test_one_document_is_read_for_a_key_and_half_minute() -> None:
    documents, clock = MemoryDocuments(), SteppingClock()
    made, ring = await kept(documents), KeyRing(documents, clock)
    documents.asked.clear()

    for _ in range(100):
        await ring.bearer(made.text)
    asked_at_once = len(documents.asked)
    clock.advance(30)
    await ring.bearer(made.text)

    assert (asked_at_once, len(documents.asked)) == (1, 2)


async def test_a_key_that_is_forgotten_is_looked_up_anew() -> None:
    documents, clock = MemoryDocuments(), SteppingClock()
    made, ring = await kept(documents), KeyRing(documents, clock)
    await ring.bearer(made.text)
    await documents.delete(f"{HASHES}/{made.id}")

    ring.forget(made.id)

    with pytest.raises(TokenRefusedError):
        await ring.bearer(made.text)


async def test_without_documents_nobody_can_tell() -> None:
    documents = MemoryDocuments()
    made = await kept(documents)
    documents.away = True

    with pytest.raises(DocumentsUnavailableError):
        await KeyRing(documents, SteppingClock()).bearer(made.text)


async def test_of_an_unknown_plan_there_is_only_the_free_one() -> None:
    documents = MemoryDocuments()
    made = await kept(documents, plan="emperor")

    assert (await KeyRing(documents, SteppingClock()).bearer(made.text)).plan == "free"
