"""Files into a portfolio: each layout, what is refused, and that nothing is added twice."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.errors import InvalidParameterError
from shared.domain.portfolio.importing import Order, PortfolioImports
from shared.domain.portfolio.keeping import Portfolios
from shared.domain.portfolio.layouts.generic import written
from shared.domain.portfolio.ledger import replayed
from shared.domain.portfolio.shelf import PortfolioShelf
from shared.records.portfolio import Transaction
from tests.clocks import SteppingClock
from tests.fakes_documents import MemoryDocuments
from tests.portfolios import ToldPrices

from .test_ledger import histories

SYMBOLS: Mapping[str, list[tuple[str, str | None]]] = {
    "BTC": [("bitcoin", "1000000"), ("bitcoin-clone", "5000")],
    "ETH": [("ethereum", "500000")],
    "DOGE": [("dogecoin", "5000")],
    "USDT": [("tether", "90000")],
    "BNB": [("binancecoin", "80000")],
    "SOL": [("solana", "70000")],
    "UNI": [("uniswap", "600"), ("unicorn", "500")],
}
NAMES = [name for listed in SYMBOLS.values() for name, _ in listed]
BINANCE_TRADES = """Date(UTC),Pair,Side,Price,Executed,Amount,Fee
2025-01-15 10:30:00,BTCUSDT,BUY,42000,0.5BTC,"21,000USDT",0.0005BTC
2025-01-15 10:30:00,BTCUSDT,BUY,42000,0.5BTC,"21,000USDT",0.0005BTC
2025-03-20 14:00:00,BTCUSDT,SELL,50000,0.25BTC,12500USDT,0.01BNB
"""
BINANCE_HISTORY = """"User_ID","UTC_Time","Account","Operation","Coin","Change","Remark"
1,2025-01-10 08:00:00,Spot,Deposit,USDT,1500,""
1,2025-01-10 08:00:01,Spot,Transaction Buy,BTC,0.01,""
1,2025-01-10 08:00:01,Spot,Transaction Buy,BTC,0.01,""
1,2025-01-10 08:00:01,Spot,Transaction Spend,USDT,-1200,""
1,2025-01-10 08:00:01,Spot,Transaction Fee,BTC,-0.00002,""
1,2025-02-10 08:00:00,Spot,Deposit,EUR,300,""
1,2025-02-11 08:00:00,Earn,Simple Earn Flexible Interest,ETH,0.004,""
1,2025-02-12 08:00:00,Earn,Simple Earn Flexible Subscription,ETH,-0.004,""
1,2025-02-13 08:00:00,Spot,Binance Convert,ETH,-0.004,""
1,2025-02-13 08:00:00,Spot,Binance Convert,USDT,10.5,""
1,2025-02-14 08:00:00,Spot,Withdraw,BTC,-0.005,Withdraw fee is included
"""
COINBASE = """
Transactions
User,Somebody,00000000-0000-0000-0000-000000000000
ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,Total (inclusive of fees and/or spread),Fees and/or Spread,Notes
a1,2025-01-05 10:00:00 UTC,Buy,BTC,0.01,USD,$84000.00,$840.00,$845.00,$5.00,Bought 0.01 BTC
a2,2025-01-06 10:00:00 UTC,Advanced Trade Sell,BTC,-0.005,USD,$84250.00,-$421.25,-$419.25,$2.00,
a3,2025-01-07 10:00:00 UTC,Convert,BTC,-0.001,USD,$89345.925,$89.35,$89.35,$0.00,
a3,2025-01-07 10:00:00 UTC,Convert,ETH,0.03,USD,$2900.00,$87.00,$89.35,$2.35,
a4,2025-01-08 10:00:00 UTC,Send,BTC,-0.001,USD,$90000.00,,,,
a5,2025-01-09 10:00:00 UTC,Staking Income,ETH,0.0001,USD,$3000.00,$0.30,$0.30,$0.00,
a6,2025-01-10 10:00:00 UTC,Deposit,USD,500,USD,$1.00,$500.00,$500.00,$0.00,
a7,2025-01-11 10:00:00 UTC,Receive,SOL,2,EUR,€20,,,,
"""


class Desk:
    """One portfolio, and prices that are told."""

    def __init__(self) -> None:
        documents, clock = MemoryDocuments(), SteppingClock()
        moments = {"tether": "1.001", "binancecoin": "600", "bitcoin": "60000", "ethereum": "2500", "solana": "20"}
        self.prices = ToldPrices(last=dict.fromkeys(NAMES, "1"), moments=moments, symbols=SYMBOLS)
        self.portfolios = Portfolios(documents)
        self.shelf = PortfolioShelf(documents, clock, data_source="live")
        self.imports = PortfolioImports(self.portfolios, self.prices, clock, data_source="live")

    async def new(self) -> str:
        told = await self.shelf.create("ann", "Main", "", None)
        return str(json.loads(told.answer.data)["id"])

    async def run(self, portfolio_id: str, text: str, **more: Any) -> dict[str, Any]:
        answer = await self.imports.run("ann", portfolio_id, Order(text, **more))
        report: dict[str, Any] = json.loads(answer.data)
        return report

    async def kept(self, portfolio_id: str) -> list[Transaction]:
        holding = await self.portfolios.whole("ann", portfolio_id)
        return list(holding.rows.values())

    async def quantities(self, portfolio_id: str) -> dict[str, str]:
        books = replayed(await self.kept(portfolio_id)).books
        return {name: f"{book.quantity.normalize():f}" for name, book in sorted(books.items()) if book.quantity}


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_binance_trades_are_settled_outside(desk: Desk) -> None:
    name = await desk.new()

    report = await desk.run(name, BINANCE_TRADES)

    assert (report["layout"], report["added"], report["refused"]) == ("binance_trades", 3, 0)
    assert report["symbols"] == {"BNB": "binancecoin", "BTC": "bitcoin", "USDT": "tether"}
    assert await desk.quantities(name) == {"bitcoin": "0.749"}
    assert replayed(await desk.kept(name)).books["bitcoin"].acquired == 2 * (21000 + 21) * desk_rate()


def desk_rate() -> Any:
    from decimal import Decimal

    return Decimal("1.001")


async def test_the_older_columns_of_binance_are_read_too(desk: Desk) -> None:
    name = await desk.new()
    text = (
        "Date(UTC),Market,Type,Price,Amount,Total,Fee,Fee Coin\n2020-01-15 10:30:00,ETHBTC,BUY,0.02,5,0.1,0.005,ETH\n"
    )

    report = await desk.run(name, text)

    assert report["refused_rows"] == []
    assert await desk.quantities(name) == {"ethereum": "4.995"}


async def test_binance_history_is_put_together_by_the_second(desk: Desk) -> None:
    name = await desk.new()

    report = await desk.run(name, BINANCE_HISTORY)

    assert report["refused_rows"] == []
    assert (report["layout"], report["added"], report["ignored"]) == ("binance_history", 5, 2)
    assert await desk.quantities(name) == {"bitcoin": "0.01498", "tether": "310.5"}


async def test_coinbase_is_read_below_its_preface(desk: Desk) -> None:
    name = await desk.new()

    report = await desk.run(name, COINBASE)

    assert report["refused_rows"] == []
    assert (report["layout"], report["added"], report["ignored"]) == ("coinbase", 6, 1)
    assert await desk.quantities(name) == {"bitcoin": "0.003", "ethereum": "0.0301", "solana": "2"}
    solana = next(each for each in await desk.kept(name) if each.token_id == "solana")
    assert (str(solana.price), solana.filled) == ("20", ("price",))


async def test_a_conversion_told_by_a_note_is_a_purchase_with_the_other_coin(desk: Desk) -> None:
    name = await desk.new()
    header = "Timestamp,Transaction Type,Asset,Quantity Transacted,Spot Price Currency,Spot Price at Transaction,Subtotal,Total,Fees,Notes\n"
    rows = (
        "2021-01-01T00:00:00Z,Receive,BTC,1,USD,29000,,,,\n"
        "2021-01-02T00:00:00Z,Convert,BTC,0.5,USD,30000,15000,15000,0,Converted 0.5 BTC to 20 ETH\n"
    )

    await desk.run(name, header + rows)

    assert await desk.quantities(name) == {"bitcoin": "0.5", "ethereum": "20"}
    assert replayed(await desk.kept(name)).books["ethereum"].acquired == 15000


@pytest.mark.parametrize("text", [BINANCE_TRADES, BINANCE_HISTORY, COINBASE], ids=["trades", "history", "coinbase"])
async def test_importing_twice_adds_nothing(desk: Desk, text: str) -> None:
    name = await desk.new()
    first = await desk.run(name, text)
    kept = await desk.kept(name)

    second = await desk.run(name, text)

    assert (second["added"], second["duplicates"]) == (0, first["added"])
    assert await desk.kept(name) == kept


async def test_a_longer_export_adds_only_what_is_new(desk: Desk) -> None:
    name = await desk.new()
    await desk.run(name, "".join(BINANCE_TRADES.splitlines(keepends=True)[:2]))

    report = await desk.run(name, BINANCE_TRADES)

    assert (report["added"], report["duplicates"]) == (2, 1)


async def test_nothing_is_kept_when_a_row_is_bad_unless_bad_rows_are_skipped(desk: Desk) -> None:
    name = await desk.new()
    text = (
        BINANCE_TRADES
        + "2025-04-01 00:00:00,BTCUSDT,HOLD,1,1BTC,1USDT,0BTC\n2025-04-02 00:00:00,BTCUSDT,BUY,x,1BTC,1USDT,0BTC\n"
    )

    refused = await desk.run(name, text)
    nothing = await desk.kept(name)
    skipped = await desk.run(name, text, skip_bad=True)

    assert (refused["kept"], refused["added"], nothing) == (False, 0, [])
    assert [(row["line"], row["code"]) for row in refused["refused_rows"]] == [(5, "side"), (6, "number")]
    assert (skipped["kept"], skipped["added"], skipped["refused"]) == (True, 3, 2)


async def test_a_dry_run_keeps_nothing(desk: Desk) -> None:
    name = await desk.new()

    report = await desk.run(name, BINANCE_TRADES, dry_run=True)

    assert (report["good"], report["added"], report["kept"], await desk.kept(name)) == (3, 0, False, [])


async def test_a_row_that_sells_too_much_is_refused_by_its_line(desk: Desk) -> None:
    name = await desk.new()
    text = "time,kind,token_id,quantity,price\n2025-01-02,sell,bitcoin,2,100\n2025-01-01,buy,bitcoin,1.5,100\n"

    report = await desk.run(name, text, skip_bad=True)

    assert report["refused_rows"] == [
        {"line": 2, "code": "short", "reason": "short of 0.5 bitcoin at 2025-01-02T00:00:00Z (sell)"}
    ]
    assert report["added"] == 1


async def test_a_file_may_not_leave_stored_sales_uncovered(desk: Desk) -> None:
    name = await desk.new()
    header = "time,kind,token_id,quantity,price\n"
    await desk.run(name, header + "2025-01-01,buy,bitcoin,1,1\n2025-01-03,sell,bitcoin,1,1\n")

    with pytest.raises(InvalidParameterError, match="stored transaction short of 1 bitcoin"):
        await desk.run(name, header + "2025-01-02,sell,bitcoin,1,1\n", skip_bad=True)


async def test_a_symbol_of_several_tokens_is_not_guessed(desk: Desk) -> None:
    name = await desk.new()
    text = "time,kind,symbol,quantity,price\n2025-01-01,buy,UNI,1,5\n2025-01-01,buy,NONE,1,5\n"

    refused = await desk.run(name, text)
    told = await desk.run(name, text, symbols={"UNI": "unicorn", "NONE": "bitcoin"})

    assert [row["code"] for row in refused["refused_rows"]] == ["ambiguous_symbol", "unknown_symbol"]
    assert "uniswap, unicorn" in refused["refused_rows"][0]["reason"]
    assert told["symbols"] == {"NONE": "bitcoin", "UNI": "unicorn"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("yesterday,buy,bitcoin,1,5,", "time"),
        ("2025-01-01,steal,bitcoin,1,5,", "kind"),
        ("2025-01-01,buy,BIT COIN,1,5,", "token"),
        ("2025-01-01,buy,no-such-token,1,5,", "unknown_token"),
        ("2025-01-01,buy,bitcoin,-1,5,", "number"),
        ("2025-01-01,buy,bitcoin,0,5,", "number"),
        ("2025-01-01,buy,bitcoin,NaN,5,", "number"),
        ("2025-01-01,buy,bitcoin,1e400,5,", "number"),
        ("2025-01-01,buy,bitcoin,1.0000000000000000000000000000001,5,", "number"),
        ("2025-01-01,buy,bitcoin,1,,", "price"),
        ("2025-01-01,buy,bitcoin,,5,", "column"),
        ("2025-01-01,buy,bitcoin", "column"),
        ("2199-01-01,buy,bitcoin,1,5,", "at"),
        ("2025-01-01,buy,bitcoin,1,5,bitcoin", "quote"),
        ("2025-01-01,income,uniswap,1,,", "no_price"),
    ],
)
async def test_a_bad_row_says_why(desk: Desk, row: str, code: str) -> None:
    name = await desk.new()

    report = await desk.run(name, f"time,kind,token_id,quantity,price,quote\n{row}\n")

    assert [(each["line"], each["code"]) for each in report["refused_rows"]] == [(2, code)]
    assert all(each["reason"] for each in report["refused_rows"])


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", "\x00", "time,kind\n"])
async def test_a_file_in_no_layout_is_refused_whole(desk: Desk, text: str) -> None:
    name = await desk.new()

    with pytest.raises(InvalidParameterError, match="header"):
        await desk.run(name, text)


NOTES = st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=20).filter(str.isprintable)


@given(histories(), st.lists(NOTES, min_size=25, max_size=25))
@settings(max_examples=40, deadline=None)
async def test_an_export_that_is_imported_is_the_same_portfolio(history: list[Transaction], notes: list[str]) -> None:
    from dataclasses import replace

    desk = Desk()
    noted = [replace(each, note=note) for each, note in zip(history, notes, strict=False)]
    name = await desk.new()

    report = await desk.run(name, "".join(written(noted)))
    kept = await desk.kept(name)
    again = await desk.run(name, "".join(written(kept)))

    assert report["refused_rows"] == []
    assert [replace(each, sequence=-1, imported_as=None) for each in kept] == noted
    assert (again["added"], again["duplicates"]) == (0, len(noted))
