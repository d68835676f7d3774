"""Portfolios as documents: few of them, none lost, and nobody overwrites what they have not seen."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings

from shared.cache.documents import DocumentStore
from shared.cache.embedded import EmbeddedDocuments
from shared.core.errors import ConflictError, NotFoundError
from shared.domain.portfolio.documents import CHUNK
from shared.domain.portfolio.keeping import TRANSACTIONS, Holding, Portfolios
from shared.domain.portfolio.ledger import replayed
from shared.domain.portfolio.shelf import PortfolioShelf
from shared.domain.portfolio.transactions import PortfolioTransactions
from shared.records.portfolio import Portfolio, Transaction
from tests.clocks import NOON, SteppingClock
from tests.fakes_documents import MemoryDocuments
from tests.portfolios import FIRST, ToldPrices, transaction

from .test_ledger import histories

ID = "0123456789abcdef"


@pytest.fixture(params=["memory", "embedded"])
async def documents(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DocumentStore]:
    store: DocumentStore = (
        MemoryDocuments()
        if request.param == "memory"
        else EmbeddedDocuments(str(tmp_path / "documents.db"), clock=SteppingClock())
    )
    yield store
    await store.close()


async def stored(documents: DocumentStore, transactions: list[Transaction], owner: str = "ann") -> Portfolios:
    portfolios = Portfolios(documents)
    made = Portfolio(portfolio_id=ID, owner=owner, name="Main", description="", created_at=NOON, updated_at=NOON)
    assert await portfolios.create(made)
    await added(portfolios, transactions, owner)
    return portfolios


async def added(portfolios: Portfolios, transactions: list[Transaction], owner: str = "ann") -> Holding:
    holding = await portfolios.whole(owner, ID)
    for each in transactions:
        holding.add(each)
    assert await portfolios.save(holding, NOON)
    return holding


def many(count: int) -> list[Transaction]:
    return [
        replace(
            transaction("buy" if number % 3 else "sell", "0.5", "100.25"),
            at=FIRST + timedelta(minutes=number),
            note=f"n{number}",
        )
        for number in range(1, count + 1)
    ]


async def test_what_is_stored_is_what_was_given(documents: DocumentStore) -> None:
    given_transactions = [
        transaction(
            "buy", "0.000000000000000001", "99999999999999999.5", fee="0.1", fee_currency="ethereum", fee_usd_rate="3"
        ),
        transaction("income", "1", "2", filled=("price",), note="größer", external_id="x", imported_as="d"),
        transaction("buy", "1", None, amount="7", quote="tether", usd_rate="0.99", settlement="outside"),
    ]
    portfolios = await stored(documents, given_transactions)

    rows = (await portfolios.whole("ann", ID)).rows

    assert [replace(each, sequence=-1) for each in rows.values()] == given_transactions


@given(histories())
@settings(max_examples=30, deadline=None)
async def test_no_digit_is_lost_in_documents(history: list[Transaction]) -> None:
    portfolios = await stored(MemoryDocuments(), history)

    rows = (await portfolios.whole("ann", ID)).rows

    assert [replace(each, sequence=-1) for each in rows.values()] == history


async def test_twenty_thousand_transactions_are_forty_documents_and_two_questions() -> None:
    documents = MemoryDocuments()
    portfolios = await stored(documents, many(20_000))
    documents.asked.clear()

    holding = await portfolios.whole("ann", ID)

    assert len(holding.rows) == 20_000
    assert len(documents.of(TRANSACTIONS)) == 20_000 // CHUNK == 40
    assert documents.asked == ["get portfolios", f"list {TRANSACTIONS}"]
    assert max(len(bytes(each.fields["rows"])) for each in documents.of(TRANSACTIONS)) < 100_000  # type: ignore[arg-type]


async def test_an_addition_writes_the_portfolio_and_one_chunk() -> None:
    documents = MemoryDocuments()
    portfolios = await stored(documents, many(2 * CHUNK))
    documents.asked.clear()

    await added(portfolios, many(1))

    assert documents.asked[-1] == f"commit portfolios {TRANSACTIONS}"
    assert len(documents.of(TRANSACTIONS)) == 3


async def test_an_empty_chunk_is_removed(documents: DocumentStore) -> None:
    portfolios = await stored(documents, many(CHUNK + 1))
    holding = await portfolios.whole("ann", ID)
    holding.remove(CHUNK)

    assert await portfolios.save(holding, NOON)

    after = await portfolios.whole("ann", ID)
    assert (sorted(after.chunks), after.portfolio.transactions, after.portfolio.next_sequence) == (
        [0],
        CHUNK,
        CHUNK + 1,
    )


async def test_who_comes_second_is_told_and_nothing_is_overwritten(documents: DocumentStore) -> None:
    portfolios = await stored(documents, many(3))
    one, other = await portfolios.whole("ann", ID), await portfolios.whole("ann", ID)
    one.add(transaction(note="one"))
    other.add(transaction(note="other"))

    done = [await portfolios.save(one, NOON), await portfolios.save(other, NOON)]

    assert done == [True, False]
    assert [each.note for each in (await portfolios.whole("ann", ID)).rows.values()][-1] == "one"


async def test_two_sales_at_once_never_sell_the_same_coins(documents: DocumentStore) -> None:
    await stored(documents, [transaction("buy", "1", "100")])
    transactions = PortfolioTransactions(
        documents, ToldPrices(last={"bitcoin": "1"}), SteppingClock(), data_source="live"
    )
    sale = transaction("sell", "0.3", "100", day=1)

    answers = await asyncio.gather(*(transactions.add("ann", ID, sale, None) for _ in range(6)), return_exceptions=True)

    rows = (await Portfolios(documents).whole("ann", ID)).rows.values()
    left = replayed(rows).books["bitcoin"].quantity
    sold = sum(not isinstance(each, Exception) for each in answers)
    assert left == Decimal(1) - sold * Decimal("0.3") >= 0
    assert 1 <= sold <= 3


async def test_removing_a_portfolio_leaves_no_document(documents: DocumentStore) -> None:
    portfolios = await stored(documents, many(CHUNK + 1))

    await PortfolioShelf(documents, SteppingClock(), data_source="live").remove("ann", ID, if_match=None)

    assert list(await documents.list(TRANSACTIONS)) == []
    with pytest.raises(NotFoundError):
        await portfolios.one("ann", ID)


async def test_owners_whose_names_are_alike_are_kept_apart(documents: DocumentStore) -> None:
    await stored(documents, many(2), owner="ann~x")
    portfolios = Portfolios(documents)

    assert await portfolios.all("ann") == []
    assert len(await portfolios.all("ann~x")) == 1
    with pytest.raises(NotFoundError):
        await portfolios.whole("ann", ID)


async def test_a_full_portfolio_takes_no_more() -> None:
    documents = MemoryDocuments()
    portfolios = await stored(documents, [])
    holding = await portfolios.one("ann", ID)
    holding.portfolio = replace(holding.portfolio, transactions=20_000)
    assert await portfolios.save(holding, NOON)
    transactions = PortfolioTransactions(documents, ToldPrices(), SteppingClock(), data_source="live")

    with pytest.raises(ConflictError, match="20000"):
        await transactions.add("ann", ID, transaction(), None)


def test_twenty_thousand_transactions_are_replayed_in_seconds() -> None:
    # A lot is taken from its front, never searched for: ten times the transactions cost ten times the time.
    history = many(20_000)
    started = time.process_time()

    replayed(history)

    assert time.process_time() - started < 5
