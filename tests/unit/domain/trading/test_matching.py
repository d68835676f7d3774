"""Resting orders and the minutes: when they are filled, at what, and never twice by the same minute."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from shared.domain.trading.ledger import MOST_POSITIONS
from shared.domain.trading.matching import MOST_FILLS, Bar, Conditions, Matched, concerned, matched
from shared.domain.trading.placing import Placed, Wish, place
from shared.records.trading import Account, Position
from tests.clocks import NOON
from tests.trading import MINUTE, account, bar, holding, lost_cash, moment, offers, valuation, wish

RANKED = Conditions(rank=1, volume_24h_usd=Decimal(10**20))
"""Half a spread of 2 bps, and no impact."""


def resting(wanted: Wish, of: Account | None = None, *, untested: bool = False) -> Placed:
    """Return an order of noon that takes nothing of what is on offer."""
    owner = of or (account() if wanted.side == "buy" else holding("10"))
    nothing = None if untested or wanted.waits_for_stop else offers()
    return place(owner, wanted, nothing, valuation(), now=NOON)


def after(placed: Placed, *bars: Bar, conditions: Conditions = RANKED) -> Matched:
    return matched(placed.account, placed.order, bars, conditions)


def buy_at(limit: str, quantity: str = "1") -> Wish:
    return wish(kind="limit", quantity=quantity, limit_price=limit)


def sell_at(limit: str, quantity: str = "1") -> Wish:
    return wish("sell", "limit", quantity, limit_price=limit)


@pytest.mark.parametrize(
    ("wanted", "minute"),
    [(buy_at("99"), bar("100", low="99")), (sell_at("101"), bar("100", high="101")), (buy_at("99"), bar("90"))],
    ids=["a low reaches a buy", "a high reaches a sale", "a gap goes beyond"],
)
def test_a_limit_is_filled_at_its_limit_as_maker_when_it_is_touched(wanted: Wish, minute: Bar) -> None:
    came = after(resting(wanted), minute)

    (fill,) = came.fills
    assert fill.price_usd == wanted.limit_price
    assert fill.fee_usd == fill.notional_usd / 1000
    assert (fill.liquidity, fill.filled_at, fill.pricing.source) == ("maker", minute.ends_at, "candle")
    assert (came.order.status, came.account.open_orders, came.account.reserved_usd) == ("filled", 0, Decimal(0))


@pytest.mark.parametrize(
    ("wanted", "minute"), [(buy_at("99"), bar("100", low="99.01")), (sell_at("101"), bar("100", high="100.99"))]
)
def test_a_limit_that_is_not_reached_rests(wanted: Wish, minute: Bar) -> None:
    placed = resting(wanted)

    assert not concerned(placed.order, [minute])
    assert after(placed, minute).order == placed.order


def test_the_minute_in_which_an_order_came_is_not_looked_at() -> None:
    placed = place(account(), buy_at("99"), offers(), valuation(), now=NOON + timedelta(seconds=5))
    same, told_before = bar("90", minute=0), moment("90", NOON + timedelta(seconds=5))

    assert not concerned(placed.order, [same, told_before])
    assert after(placed, same, told_before).fills == []
    assert len(after(placed, same, moment("90", NOON + timedelta(seconds=6))).fills) == 1


def test_no_more_than_a_tenth_of_a_minutes_volume_is_filled() -> None:
    placed = resting(buy_at("99", "1"))

    first = after(placed, bar("99", volume="4.00000005"))
    second = matched(first.account, first.order, [bar("99", minute=2, volume="100")], RANKED)

    assert (first.order.status, first.order.filled) == ("partially_filled", Decimal("0.4"))
    assert first.order.reserved_usd == Decimal("59.4594")
    assert (second.order.status, second.order.filled) == ("filled", Decimal(1))
    assert lost_cash(second.account) == 0


def test_a_minute_fills_once_however_often_it_is_looked_at() -> None:
    placed = resting(buy_at("99", "1"))
    minutes = [bar("99", volume="2"), bar("99", minute=2, volume="3")]

    once = after(placed, *minutes)
    again = matched(once.account, once.order, minutes, RANKED)

    assert [fill.quantity for fill in once.fills] == [Decimal("0.2"), Decimal("0.3")]
    assert (again.fills, again.order, again.account) == ([], once.order, once.account)
    assert [fill.fill_id for fill in once.fills] == ["o1-1772366520000", "o1-1772366580000"]


def test_a_moment_fills_once() -> None:
    placed = resting(buy_at("99", "1"))
    told = replace(moment("98", NOON + MINUTE), volume=Decimal(1))

    once = after(placed, told)

    assert once.order.filled == Decimal("0.1")
    assert matched(once.account, once.order, [told], RANKED).fills == []


def test_a_limit_that_met_no_price_yet_takes_the_opening_price_if_that_is_better() -> None:
    came = after(resting(buy_at("99"), untested=True), bar("90", high="120"))

    (fill,) = came.fills
    assert (fill.price_usd, fill.liquidity) == (Decimal("90.018"), "taker")
    assert fill.pricing.model == "open_of_minute"


def test_a_limit_that_met_a_price_is_not_better_off_later() -> None:
    came = after(resting(buy_at("99"), untested=True), bar("100"), bar("90", minute=2))

    assert [(fill.price_usd, fill.liquidity) for fill in came.fills] == [(Decimal(99), "maker")]


def test_meeting_the_first_price_is_a_change_even_if_nothing_is_filled() -> None:
    placed = resting(buy_at("99"), untested=True)

    assert concerned(placed.order, [bar("100")])
    assert after(placed, bar("100")).order == replace(placed.order, untested=False)


@pytest.mark.parametrize(
    ("side", "minute", "price"),
    [
        ("sell", bar("96", low="94"), "94.981"),
        ("sell", bar("90"), "89.982"),
        ("buy", bar("94", high="95"), "95.019"),
        ("buy", bar("97"), "97.0194"),
    ],
    ids=["falls to it", "opens below it", "rises to it", "opens above it"],
)
def test_a_stop_is_filled_at_its_price_or_the_opening_one_if_worse_and_slips(
    side: str, minute: Bar, price: str
) -> None:
    came = after(resting(wish(side, "stop", stop_price="95")), minute)

    (fill,) = came.fills
    assert (fill.price_usd.quantize(Decimal("0.00001")), fill.liquidity) == (Decimal(price), "taker")
    assert (came.order.status, came.order.triggered_at) == ("filled", minute.ends_at)
    assert fill.pricing.parameters["half_spread_bps"] == "2"
    assert came.account.reserved_usd == 0


@pytest.mark.parametrize(("side", "minute"), [("sell", bar("96", low="95.01")), ("buy", bar("94", high="94.99"))])
def test_a_stop_that_is_not_reached_rests(side: str, minute: Bar) -> None:
    placed = resting(wish(side, "stop", stop_price="95"))

    assert not concerned(placed.order, [minute])
    assert after(placed, minute).order == placed.order


def test_a_stop_beyond_its_cushion_spends_free_cash_and_then_gives_up() -> None:
    tight = resting(wish(kind="stop", stop_price="100"), account("110"))

    some = after(tight, bar("200"))
    none = after(
        resting(wish(kind="stop", stop_price="100", quantity="0.00000001"), account("0.00000200")), bar("9999")
    )

    assert (some.order.status, some.order.reason) == ("expired", "insufficient_cash")
    assert Decimal("109.99") < some.order.notional_usd + some.order.fee_usd <= Decimal(110)
    assert (none.order.status, none.order.reason, none.fills) == ("rejected", "insufficient_cash", [])
    assert none.account.cash_usd == Decimal("0.000002")
    assert lost_cash(some.account) == lost_cash(none.account) == 0


def test_a_stop_limit_rests_at_its_limit_from_the_minute_after_its_trigger() -> None:
    placed = resting(wish("sell", "stop_limit", stop_price="95", limit_price="94"))

    triggered = after(placed, bar("96", low="90"))
    gapped = matched(triggered.account, triggered.order, [bar("93", minute=2), bar("93", "94", minute=3)], RANKED)

    assert (triggered.order.status, triggered.fills) == ("triggered", [])
    assert triggered.order.reserved_quantity == Decimal(1)
    assert [(fill.price_usd, fill.liquidity) for fill in gapped.fills] == [(Decimal(94), "maker")]


def test_a_triggered_stop_limit_takes_a_better_opening_price() -> None:
    placed = resting(wish("sell", "stop_limit", stop_price="95", limit_price="90"))

    came = after(placed, bar("96", low="94"), bar("94.5", minute=2))

    assert [(fill.price_usd, fill.liquidity) for fill in came.fills] == [(Decimal("94.4811"), "taker")]
    assert came.order.status == "filled"


def test_one_pass_fills_an_order_so_often_and_the_next_goes_on() -> None:
    placed = resting(buy_at("99", "100"))
    minutes: Sequence[Bar] = [bar("99", minute=number, volume="1") for number in range(1, MOST_FILLS + 20)]

    first = after(placed, *minutes)
    second = matched(first.account, first.order, minutes, RANKED)

    assert (len(first.fills), len(second.fills)) == (MOST_FILLS, 19)
    assert second.order.filled == Decimal("6.9")


def test_an_account_that_cannot_take_one_more_token_ends_the_order_and_nothing_else() -> None:
    full = account(positions={f"token-{number}": Position(free=Decimal(1)) for number in range(MOST_POSITIONS)})

    limit, stop = (
        after(resting(buy_at("99"), full), bar("99")),
        after(resting(wish(kind="stop", stop_price="9"), full), bar("9")),
    )

    for came in (limit, stop):
        assert (came.order.status, came.order.reason, came.fills) == ("rejected", "too_many_positions", [])
        assert (came.account.cash_usd, came.account.open_orders) == (Decimal(100_000), 0)
