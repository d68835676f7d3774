"""What one person may have is exact, however many requests come at one moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.cache.embedded import EmbeddedDocuments
from shared.core.errors import ConflictError
from shared.domain.alerts.keeping import AlertKeeper
from shared.domain.alerts.models import AlertGiven, ConditionGiven
from shared.domain.alerts.service import MOST_ALERTS, AlertService
from shared.domain.idempotency import IdempotencyKeys
from shared.domain.last_made import last_made
from shared.domain.portfolio.limits import MOST_PORTFOLIOS
from shared.domain.portfolio.shelf import PortfolioShelf
from shared.domain.trading.accounts import Opening, TradingAccounts
from shared.domain.trading.keeping import MOST_ACCOUNTS, TradingDocuments
from shared.records.trading import FeeModel, RiskLimits, SlippageModel
from tests.clocks import SteppingClock
from tests.fakes_documents import MemoryDocuments

Make = Callable[[int], Awaitable[Any]]
_OPENING = Opening(
    name="Main",
    starting_cash_usd=Decimal(1_000),
    fees=FeeModel(),
    slippage=SlippageModel(),
    limits=RiskLimits(),
)


class EverythingIsKnown:
    async def is_known(self, *args: Any, **more: Any) -> bool:
        return True


@pytest.fixture
async def documents(tmp_path: Path) -> AsyncIterator[EmbeddedDocuments]:
    """A store that takes a moment for everything, so that requests overtake each other."""
    store = EmbeddedDocuments(tmp_path / "documents.sqlite", clock=SteppingClock())
    yield store
    await store.close()


def portfolios(documents: EmbeddedDocuments) -> Make:
    shelf = PortfolioShelf(documents, SteppingClock(), data_source="sandbox")
    return lambda number: shelf.create("ann", f"Portfolio {number}", "", None)


def accounts(documents: EmbeddedDocuments) -> Make:
    clock = SteppingClock()
    keys, markets = IdempotencyKeys(documents, clock), object()
    desk = TradingAccounts(TradingDocuments(documents), keys, markets, clock, data_source="sandbox")  # type: ignore[arg-type]
    return lambda number: desk.open("ann", _OPENING, None)


def alerts(documents: EmbeddedDocuments) -> Make:
    facts: Any = EverythingIsKnown()
    service = AlertService(keeper=AlertKeeper(documents), facts=facts, clock=SteppingClock(), data_source="sandbox")
    condition = ConditionGiven(measure="price_usd", subject="bitcoin", direction="above", threshold=Decimal(1))
    return lambda number: service.make("ann", AlertGiven(name=f"Alert {number}", condition=condition))


@pytest.mark.parametrize(
    ("made", "most", "code", "collection"),
    [
        (portfolios, MOST_PORTFOLIOS, "too_many_portfolios", "portfolios"),
        (accounts, MOST_ACCOUNTS, "too_many_accounts", "trading_accounts"),
        (alerts, MOST_ALERTS, "too_many_alerts", "alerts"),
    ],
)
async def test_of_requests_of_one_moment_only_so_many_find_room_as_there_is(
    documents: EmbeddedDocuments, made: Callable[[EmbeddedDocuments], Make], most: int, code: str, collection: str
) -> None:
    make = made(documents)
    for number in range(most - 1):
        await make(number)

    came = await asyncio.gather(*(make(most + number) for number in range(4)), return_exceptions=True)

    refused = [each.code for each in came if isinstance(each, ConflictError)]
    assert refused == [code] * 3
    assert len(await documents.list(collection)) == most


async def test_of_two_that_counted_the_same_only_one_is_written() -> None:
    documents = MemoryDocuments()

    first, second = [await last_made(documents, "ann", "alert") for _ in range(2)]
    done = [await documents.commit([each.replaced_by(name)]) for each, name in ((first, "a"), (second, "b"))]

    assert done == [True, False]
    assert await documents.commit([(await last_made(documents, "ann", "alert")).replaced_by("b")])


async def test_one_owner_keeps_no_other_waiting_nor_one_kind_another() -> None:
    documents = MemoryDocuments()

    read = [
        await last_made(documents, owner, kind) for owner, kind in (("ann", "alert"), ("bob", "alert"), ("ann", "x"))
    ]

    assert [await documents.commit([each.replaced_by("a")]) for each in read] == [True, True, True]
