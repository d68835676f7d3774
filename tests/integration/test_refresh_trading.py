"""Resting orders over PostgreSQL and documents while prices move: filled as stated, once, whatever dies or comes twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from functions.refresh_trading.refresh import TradingRefresh
from shared.cache.documents import Document, DocumentStore
from shared.cache.embedded import EmbeddedDocuments
from shared.db.engine import Database
from shared.domain.candles.writing import CandleWriter
from shared.domain.trading.bars import PastPrices
from shared.domain.trading.documents import to_fields
from shared.domain.trading.keeping import TradingDocuments
from shared.domain.trading.placing import Wish
from shared.http.refresh import Occasion
from shared.records.refresh import RefreshReport
from shared.records.trading import Account, Fill, Order, RiskLimits
from tests.candles import candle
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.functions.quoting import store as store_quotes
from tests.snapshots import snapshot
from tests.trading import ID, MINUTE, DyingStore, account, book, desk_over, holding, lost_cash, market, wish

BITCOIN = ("bitcoin", "BTC", "Bitcoin", "100", "2000000000")
TETHER = ("tether", "USDT", "Tether", "0.5", "100000000")
DUST = ("dust", "DST", "Dust", "0.01", "1000")


@dataclass
class Trading:
    """One instance of the refresh, accounts, and a market whose minutes are told one by one."""

    place: Place
    documents: DocumentStore
    database: Database
    writer: Database
    clock: SteppingClock = field(default_factory=SteppingClock)
    runs: int = 0

    @property
    def kept(self) -> TradingDocuments:
        return TradingDocuments(self.documents)

    async def open(self, *accounts: Account) -> None:
        for each in accounts or (account(),):
            await self.kept.create(each)

    async def order(self, wanted: Wish, owner: str = "ann") -> None:
        """Place an order that rests: nobody offers anything."""
        still = market(book=book(bids=(), asks=()), token_id=wanted.token_id)
        await desk_over(self.documents, self.clock, replace(still, now=self.clock.now())).place(owner, ID, wanted, None)

    async def minute(
        self,
        opened: str,
        high: str | None = None,
        low: str | None = None,
        *,
        volume: str = "1000",
        currency: str = "usd",
    ) -> None:
        """Let a minute of bitcoin pass and be stored."""
        texts = {"open": opened, "high": high or opened, "low": low or opened, "close": opened, "volume": volume}
        numbers: dict[str, Any] = {name: Decimal(text) for name, text in texts.items()}
        opened_at = self.clock.now().replace(second=0)
        told = candle(opened_at, interval="1m", quote_currency=currency, **numbers)
        self.clock.advance(MINUTE)
        at = self.clock.now()
        await CandleWriter(self.writer).store([replace(told, known_at=at)], at=at, data_source="live")

    async def quote(self, *rows: tuple[str, str, str, str, str]) -> None:
        await store_quotes(self.place, snapshot(rows, at=self.clock.now(), observed=timedelta(seconds=5)))

    def refresh(
        self, documents: DocumentStore | None = None, on_step: Callable[[str], None] | None = None
    ) -> TradingRefresh:
        return TradingRefresh(
            prices=PastPrices(self.database),
            documents=documents or self.documents,
            clock=self.clock,
            on_step=on_step or (lambda _: None),
        )

    async def run(self, documents: DocumentStore | None = None) -> RefreshReport:
        self.runs += 1
        return await self.refresh(documents).run(Occasion(f"refresh-trading@run {self.runs}"))

    async def account(self, owner: str = "ann") -> Account:
        return (await self.kept.account(owner, ID)).account

    async def orders(self, owner: str = "ann") -> list[Order]:
        """Return orders, oldest first."""
        return (await self.kept.orders(await self.account(owner), cursor=None, limit=100))[0][::-1]

    async def fills(self, owner: str = "ann") -> list[Fill]:
        return (await self.kept.fills(await self.account(owner), cursor=None, limit=100))[0][::-1]


@pytest.fixture
async def trading(place: Place, tmp_path: Path) -> AsyncIterator[Trading]:
    clock = SteppingClock(NOON)
    documents = EmbeddedDocuments(tmp_path / "documents.db", clock=clock)
    database, writer = Database(place.reader, read_only=True), Database(place.writer, read_only=False)
    made = Trading(place, documents, database, writer, clock)
    await made.quote(BITCOIN, TETHER, DUST)
    await made.minute("100")
    yield made
    await documents.close()
    await database.close()
    await writer.close()


async def test_a_limit_is_filled_at_its_limit_when_the_price_has_come_to_it(trading: Trading) -> None:
    await trading.open()
    await trading.order(wish(kind="limit", quantity="2", limit_price="95"))
    await trading.minute("100", low="95.01")
    early = await trading.run()
    await trading.minute("98", low="94")
    report = await trading.run()

    (order,), (fill,) = await trading.orders(), await trading.fills()
    assert (early.rows, report.rows, report.outcome) == (0, 1, "succeeded")
    assert (order.status, fill.price_usd, fill.quantity, fill.liquidity) == ("filled", Decimal(95), Decimal(2), "maker")
    assert fill.filled_at == trading.clock.now()
    assert (fill.pricing.source, fill.pricing.providers) == ("candle", ("binance",))
    after = await trading.account()
    assert (after.reserved_usd, after.open_orders, after.positions["bitcoin"].quantity) == (Decimal(0), 0, Decimal(2))
    assert after.cash_usd == 100_000 - Decimal("190.19")


async def test_a_stop_is_filled_where_the_price_fell_through_it(trading: Trading) -> None:
    await trading.open(holding("3"))
    await trading.order(wish("sell", "stop", "3", stop_price="90"))
    await trading.minute("95", low="90.5")
    await trading.run()
    await trading.minute("80", low="79")
    await trading.run()

    (order,), (fill,) = await trading.orders(), await trading.fills()
    assert order.status == "filled"
    assert Decimal("79.5") < fill.price_usd < Decimal("79.99")
    assert fill.pricing.parameters["open"] == "80"


async def test_a_stop_limit_rests_at_its_limit_once_triggered(trading: Trading) -> None:
    await trading.open()
    await trading.order(wish(kind="stop_limit", stop_price="110", limit_price="112"))
    await trading.minute("105", high="111")
    await trading.run()
    (triggered,) = await trading.orders()
    await trading.minute("120", low="115")
    await trading.run()
    await trading.minute("114", low="112")
    await trading.run()

    (order,), (fill,) = await trading.orders(), await trading.fills()
    assert (triggered.status, triggered.triggered_at) == ("triggered", NOON + 2 * MINUTE)
    assert (order.status, fill.price_usd) == ("filled", Decimal(112))


async def test_a_large_order_is_filled_bit_by_bit_and_no_minute_counts_twice(trading: Trading) -> None:
    await trading.open()
    await trading.order(wish(kind="limit", quantity="10", limit_price="95"))
    await trading.minute("95", volume="30")
    await trading.run()
    await trading.run()
    (partly,) = await trading.orders()
    await trading.minute("95", volume="40")
    await trading.minute("95", volume="40")
    await trading.run()

    assert (partly.status, partly.filled) == ("partially_filled", Decimal(3))
    assert [fill.quantity for fill in await trading.fills()] == [Decimal(3), Decimal(4), Decimal(3)]
    assert (await trading.orders())[0].status == "filled"
    assert lost_cash(await trading.account()) == 0


async def test_what_happened_while_nobody_matched_is_made_up_for(trading: Trading) -> None:
    await trading.open()
    await trading.order(wish(kind="limit", limit_price="95"))
    await trading.minute("100", low="94")
    for _ in range(4):
        await trading.minute("100")
    await trading.run()

    (fill,) = await trading.fills()
    assert fill.filled_at == NOON + 2 * MINUTE


async def test_while_minutes_are_late_orders_wait_for_them(trading: Trading) -> None:
    await trading.open()
    await trading.order(wish(kind="limit", limit_price="95"))
    noon = trading.clock.now()
    trading.clock.advance(timedelta(minutes=30))
    await trading.quote((*BITCOIN[:3], "90", BITCOIN[4]))
    await trading.run()
    before = await trading.fills()
    told = candle(noon, interval="1m", quote_currency="usd", price=94)
    await CandleWriter(trading.writer).store([told], at=trading.clock.now(), data_source="live")
    await trading.run()

    (fill,) = await trading.fills()
    assert before == []
    assert fill.filled_at == noon + MINUTE


async def test_prices_in_tethers_count_in_dollars(trading: Trading) -> None:
    await trading.open()
    await trading.order(wish(kind="limit", limit_price="95"))
    await trading.minute("200", low="190.01", currency="usdt")
    await trading.run()
    before = await trading.fills()
    await trading.minute("200", low="190", currency="usdt")
    await trading.quote(TETHER)
    await trading.run()

    (fill,) = await trading.fills()
    assert before == []
    assert Decimal(fill.pricing.parameters["low"]) == 95


async def test_a_token_without_minutes_is_matched_by_its_last_price(trading: Trading) -> None:
    await trading.open()
    await trading.order(wish(kind="limit", quantity="200", limit_price="0.009", token_id="dust"))
    trading.clock.advance(MINUTE)
    await trading.quote((*DUST[:3], "0.0095", DUST[4]))
    await trading.run()
    before = await trading.fills()
    trading.clock.advance(MINUTE)
    await trading.quote((*DUST[:3], "0.0089", DUST[4]))
    await trading.run()

    (fill,) = await trading.fills()
    assert before == []
    assert (fill.price_usd, set(fill.pricing.providers)) == (Decimal("0.009"), {"coingecko"})
    assert fill.filled_at == trading.clock.now() - timedelta(seconds=5)


async def test_an_order_that_rested_too_long_expires_and_gets_back_what_it_held(trading: Trading) -> None:
    await trading.open()
    await trading.order(wish(kind="limit", limit_price="1"))
    trading.clock.advance(timedelta(days=90))
    await trading.run()

    (order,) = await trading.orders()
    assert (order.status, order.reason, order.reserved_usd) == ("expired", "rested_too_long", Decimal(0))
    assert (await trading.account()).cash_usd == 100_000
    assert await trading.documents.list("trading_open_orders") == []


async def test_a_second_delivery_matches_nothing_again(trading: Trading) -> None:
    await trading.open()
    await trading.order(wish(kind="limit", quantity="10", limit_price="95"))
    await trading.minute("95", volume="30")
    first = await trading.refresh().run(Occasion("refresh-trading@12:02"))
    second = await trading.refresh().run(Occasion("refresh-trading@12:02"))

    assert first == second
    assert len(await trading.fills()) == 1


async def state(trading: Trading) -> dict[str, dict[str, object]]:
    """Return everything of paper trading that does not tell when it was written."""
    collections = ("trading_accounts", "trading_orders", "trading_open_orders", "trading_fills")
    found: list[Document] = [each for name in collections for each in await trading.documents.list(name)]
    return {each.path: {k: v for k, v in each.fields.items() if k != "updated_at"} for each in found}


async def busy(trading: Trading) -> None:
    await trading.open(account(), holding("5", owner="bob"))
    await trading.order(wish(kind="limit", quantity="10", limit_price="95"))
    await trading.order(wish(kind="stop", quantity="1", stop_price="101"))
    await trading.order(wish("sell", "limit", "5", limit_price="102"), "bob")
    await trading.minute("99", high="103", low="94", volume="30")


@pytest.mark.parametrize("dies", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3])
async def test_a_round_that_dies_at_any_commit_is_finished_by_the_next_and_nothing_is_filled_twice(
    trading: Trading, dies: str, at: int
) -> None:
    await busy(trading)
    dying = DyingStore(trading.documents, dies, at)  # type: ignore[arg-type]

    failed = await trading.run(dying)
    await trading.run()

    fills = [*await trading.fills(), *await trading.fills("bob")]
    assert (failed.outcome, dying.commits) == ("failed", at)
    assert sorted((fill.order_id, fill.quantity) for fill in fills) == [
        ("o1", Decimal(3)),
        ("o1", Decimal(3)),
        ("o2", Decimal(1)),
    ]
    assert lost_cash(await trading.account()) == lost_cash(await trading.account("bob")) == 0


@pytest.mark.parametrize("dies", ["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3])
async def test_a_round_that_dies_and_is_done_again_leaves_what_one_round_leaves(
    trading: Trading, place: Place, tmp_path: Path, dies: str, at: int
) -> None:
    whole = replace(trading, documents=EmbeddedDocuments(tmp_path / "whole.db", clock=trading.clock))
    await busy(trading)
    await whole.open(account(), holding("5", owner="bob"))
    for path, fields in (await state(trading)).items():
        await whole.documents.set(path, {**fields, "updated_at": NOON})  # type: ignore[dict-item]
    await whole.run()

    await trading.run(DyingStore(trading.documents, dies, at))  # type: ignore[arg-type]
    await trading.run()

    assert await state(trading) == await state(whole)
    await whole.documents.close()


async def test_two_rounds_and_the_owner_at_once_do_everything_once(trading: Trading) -> None:
    await busy(trading)
    rich = market("100", volume_24h_usd=Decimal(10**20), now=trading.clock.now(), priced_at=trading.clock.now())
    desk = desk_over(trading.documents, trading.clock, rich)

    placing = [desk.place("ann", ID, wish(quantity="0.1"), None) for _ in range(3)]
    reports = await asyncio.gather(trading.run(), trading.run(), *placing)
    await trading.run()

    assert {each.outcome for each in reports[:2] if isinstance(each, RefreshReport)} <= {"succeeded", "degraded"}
    by_order = sorted(fill.order_id for fill in await trading.fills())
    assert by_order == ["o1", "o2", "o3", "o4", "o5"]
    assert len(await trading.fills("bob")) == 1
    assert lost_cash(await trading.account()) == 0


async def test_an_account_closed_meanwhile_disturbs_nobody(trading: Trading) -> None:
    await busy(trading)

    class Closing(DyingStore):
        async def get(self, path: str) -> Document | None:
            if path.startswith("trading_accounts/ann"):
                await trading.kept.remove(await trading.kept.account("ann", ID)) if await trading.documents.get(
                    path
                ) else None
            return await trading.documents.get(path)

    report = await trading.run(Closing(trading.documents, "before", 0))

    assert (report.outcome, report.rows) == ("succeeded", 1)


async def test_an_order_whose_numbers_cannot_be_exact_stops_nobody_else(trading: Trading) -> None:
    await busy(trading)
    broken = (await trading.orders())[0]
    fields = to_fields(replace(broken, exact_cost=Decimal(10) ** 170))
    for document in [
        *await trading.documents.list("trading_orders"),
        *await trading.documents.list("trading_open_orders"),
    ]:
        if document.fields["owner"] == "ann" and document.fields["order_id"] == "o1":
            await trading.documents.set(document.path, fields)

    report = await trading.run()

    assert (report.outcome, report.rows) == ("degraded", 2)
    assert "left for the next round: bitcoin" in (report.detail or "")
    assert [fill.order_id for fill in await trading.fills()] == ["o2"]


async def test_accounts_are_valued_once_a_day_and_the_loss_limit_goes_by_that(trading: Trading) -> None:
    await trading.open(holding("10", cash="1000", limits=RiskLimits(daily_loss_limit_usd=Decimal(100))))
    trading.clock.advance(timedelta(hours=12))
    await trading.quote(BITCOIN)
    first, second = await trading.run(), await trading.run()

    points = await trading.kept.equity(await trading.account(), limit=5)
    assert points == [(trading.clock.now(), Decimal(2000))]
    assert "1 accounts valued" in (first.detail or "")
    assert "valued" not in (second.detail or "")


async def test_with_no_order_resting_there_is_nothing_to_read(trading: Trading) -> None:
    await trading.run()

    report = await trading.run()

    assert (report.outcome, report.rows, report.detail) == ("succeeded", 0, "0 orders rested, 0 ended, 0 triggered")
    assert await trading.documents.list("trading_matching", prefix="watermarks") == []
