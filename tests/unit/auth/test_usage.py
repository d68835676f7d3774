import asyncio

from shared.auth.usage import DAYS, LAST, UsageBook, counts_of
from shared.cache.owned import owned
from shared.records.caller import Caller
from tests.clocks import NOON, SteppingClock
from tests.fakes_documents import MemoryDocuments

ANN = Caller(uid="ann", via="token")
KEY = Caller(uid="ann", via="key", key_id="k1")
BOB = Caller(uid="bob", via="token")
DAY = f"{DAYS}/{owned('ann', '2026-03-01')}"


async def test_use_is_counted_by_day_and_key() -> None:
    documents, clock = MemoryDocuments(), SteppingClock()
    book = UsageBook(documents, clock)

    await book.record([(ANN, 3), (KEY, 5), (BOB, 7)])
    await book.record([(KEY, 1)])

    assert counts_of(documents.documents[DAY]) == {"token": 3, "k1": 6}
    assert counts_of(documents.documents[f"{DAYS}/{owned('bob', '2026-03-01')}"]) == {"token": 7}


async def test_last_use_is_told_for_each_key() -> None:
    documents, clock = MemoryDocuments(), SteppingClock()
    book = UsageBook(documents, clock)
    await book.record([(ANN, 1)])
    clock.advance(90)

    await book.record([(KEY, 1)])

    last = documents.documents[f"{LAST}/{owned('ann', 'all')}"].fields["by_key"]
    assert last == {"token": NOON, "k1": clock.now()}


async def test_two_instances_lose_none_of_each_others_counts() -> None:
    documents, clock = MemoryDocuments(), SteppingClock()
    books = [UsageBook(documents, clock) for _ in range(2)]

    await asyncio.gather(*(book.record([(KEY, 1)]) for book in books for _ in range(3)))
    for book in books:
        await book.record([])  # what met another's write three times waits for the next

    assert counts_of(documents.documents[DAY]) == {"k1": 6}


async def test_what_cannot_be_written_is_written_with_the_next() -> None:
    documents, clock = MemoryDocuments(), SteppingClock()
    book = UsageBook(documents, clock)
    documents.away = True
    await book.record([(KEY, 2)])
    documents.away = False

    await book.record([(KEY, 3)])

    assert counts_of(documents.documents[DAY]) == {"k1": 5}


async def test_a_new_day_is_a_new_document() -> None:
    documents, clock = MemoryDocuments(), SteppingClock()
    book = UsageBook(documents, clock)
    await book.record([(KEY, 2)])
    clock.advance(12 * 3600)

    await book.record([(KEY, 3)])

    assert counts_of(documents.documents[f"{DAYS}/{owned('ann', '2026-03-02')}"]) == {"k1": 3}
