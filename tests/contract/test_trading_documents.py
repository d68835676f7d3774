"""Money in both document stores: nobody spends what another one has spent, and nothing is done twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from shared.cache.documents import DocumentStore
from shared.cache.embedded import EmbeddedDocuments
from shared.cache.firestore import FirestoreDocuments
from shared.core.errors import ConflictError, DocumentsUnavailableError, NotFoundError
from shared.domain.trading.desk import TradingDesk
from shared.domain.trading.keeping import TradingDocuments
from shared.domain.trading.placing import Wish
from shared.records.trading import Account, RiskLimits
from tests.clocks import SteppingClock
from tests.trading import ID, DyingStore, account, desk_over, holding, lost_cash, wish

from .test_documents import PATIENCE


@pytest.fixture(params=["embedded", "firestore"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DocumentStore]:
    """An empty store."""
    opened: DocumentStore
    if request.param == "embedded":
        opened = EmbeddedDocuments(tmp_path / "documents.db", clock=SteppingClock(), timeout=PATIENCE)
    else:
        host = request.getfixturevalue("emulator")
        opened = FirestoreDocuments(f"demo-{uuid4().hex[:12]}", timeout=PATIENCE, emulator=host)
    yield opened
    await opened.close()


async def place(desk: TradingDesk, wanted: Wish, key: str | None = None) -> str:
    try:
        placed = await desk.place("ann", ID, wanted, key)
    except ConflictError as refused:
        return refused.code
    return "replayed" if placed.replayed else "accepted"


async def kept(store: DocumentStore) -> Account:
    return (await TradingDocuments(store).account("ann", ID)).account


async def test_of_twenty_simultaneous_orders_as_many_fill_as_there_is_cash_for(store: DocumentStore) -> None:
    await TradingDocuments(store).create(account("310"))
    desk = desk_over(store, SteppingClock())

    told = Counter(await asyncio.gather(*(place(desk, wish()) for _ in range(20))))

    after = await kept(store)
    fills, _ = await TradingDocuments(store).fills(after, cursor=None, limit=100)
    assert told == {"accepted": 3, "insufficient_cash": 17}
    assert (len(fills), after.positions["bitcoin"].quantity, after.fills) == (3, Decimal(3), 3)
    assert after.cash_usd >= 0
    assert lost_cash(after) == 0


async def test_of_twenty_simultaneous_sales_as_many_fill_as_there_are_coins(store: DocumentStore) -> None:
    await TradingDocuments(store).create(holding("2.5"))
    desk = desk_over(store, SteppingClock())

    told = Counter(await asyncio.gather(*(place(desk, wish("sell")) for _ in range(20))))

    after = await kept(store)
    assert told == {"accepted": 2, "insufficient_coins": 18}
    assert after.positions["bitcoin"].quantity == Decimal("0.5")


async def test_simultaneous_resting_buys_keep_to_the_share_of_one_token(store: DocumentStore) -> None:
    await TradingDocuments(store).create(account("1000", limits=RiskLimits(max_position_share=Decimal("0.4"))))
    desk = desk_over(store, SteppingClock())

    told = Counter(await asyncio.gather(*(place(desk, wish(kind="limit", limit_price="99")) for _ in range(6))))

    assert told == {"accepted": 4, "max_position_share": 2}
    assert (await kept(store)).open_orders == 4


async def test_one_key_sent_ten_times_at_once_is_done_once(store: DocumentStore) -> None:
    await TradingDocuments(store).create(account())
    desk = desk_over(store, SteppingClock())

    told = Counter(await asyncio.gather(*(place(desk, wish(), "the same") for _ in range(10))))

    assert told == {"accepted": 1, "replayed": 9}
    assert (await kept(store)).orders == 1


@pytest.mark.parametrize("dies", ["before", "after"])
async def test_an_order_whose_answer_was_lost_is_done_once_when_it_is_sent_again(
    store: DocumentStore, dies: str
) -> None:
    await TradingDocuments(store).create(account())
    clock = SteppingClock()
    dying = desk_over(DyingStore(store, dies, 1), clock)  # type: ignore[arg-type]

    with pytest.raises(DocumentsUnavailableError):
        await dying.place("ann", ID, wish(), "key")
    told = await place(desk_over(store, clock), wish(), "key")

    after = await kept(store)
    assert told == {"before": "accepted", "after": "replayed"}[dies]
    assert (after.orders, after.fills, after.positions["bitcoin"].quantity) == (1, 1, Decimal(1))


async def test_orders_and_fills_come_newest_first_page_by_page(store: DocumentStore) -> None:
    documents, clock = TradingDocuments(store), SteppingClock()
    await documents.create(account())
    desk = desk_over(store, clock)
    for _ in range(5):
        clock.advance(1)
        assert await place(desk, wish(quantity="0.5")) == "accepted"

    numbers: list[int] = []
    cursor: str | None = None
    for _ in range(3):
        page, cursor = await documents.orders(await kept(store), cursor=cursor, limit=2)
        numbers += [order.number for order in page]

    assert (numbers, cursor) == ([5, 4, 3, 2, 1], None)


async def test_an_account_is_removed_with_everything_and_nobody_elses_is(store: DocumentStore) -> None:
    documents, clock = TradingDocuments(store), SteppingClock()
    for owner in ("ann", "bob"):
        await documents.create(account(owner=owner))
        desk = desk_over(store, clock)
        await desk.place(owner, ID, wish(quantity="0.5"), None)
        await desk.place(owner, ID, wish(kind="limit", limit_price="1"), None)

    assert await documents.remove(await documents.account("ann", ID))

    with pytest.raises(NotFoundError):
        await documents.account("ann", ID)
    left = {
        name: [document.fields["owner"] for document in await store.list(name)]
        for name in ("trading_accounts", "trading_orders", "trading_open_orders", "trading_fills")
    }
    assert left == {
        "trading_accounts": ["bob"],
        "trading_orders": ["bob", "bob"],
        "trading_open_orders": ["bob"],
        "trading_fills": ["bob"],
    }


async def test_an_account_that_changed_since_it_was_read_is_not_removed(store: DocumentStore) -> None:
    documents = TradingDocuments(store)
    await documents.create(account())
    read = await documents.account("ann", ID)
    await place(desk_over(store, SteppingClock()), wish())

    assert not await documents.remove(read)

    assert (await kept(store)).orders == 1
