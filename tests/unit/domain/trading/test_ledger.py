"""Holding, trading and giving back: exact, against the trader by less than a step for each of notional and fee."""

from dataclasses import replace
from decimal import Decimal, Inexact

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.errors import ConflictError
from shared.domain.trading.ledger import MOST_POSITIONS, held, traded
from shared.domain.trading.money import exactly
from shared.domain.trading.placing import ended, place
from shared.records.trading import Account, FeeModel, Order, Position
from tests.clocks import NOON
from tests.trading import STEP, account, holding, lost_cash, lost_value, valuation, wish

BPS = st.decimals(0, 999, places=2)
FEES = st.builds(FeeModel, maker_bps=BPS, taker_bps=BPS)
COINS = st.integers(1, 10**14).map(lambda count: count * STEP)
PRICES = st.decimals("1e-20", 10**6, places=20).filter(lambda price: price > 0)
PARTS = st.lists(st.tuples(st.integers(1, 100), st.integers(1, 100), st.sampled_from(["maker", "taker"])), max_size=6)


def resting(of: Account, side: str, quantity: Decimal, price: Decimal) -> tuple[Account, Order]:
    placed = place(of, wish(side, "limit", str(quantity), limit_price=f"{price:f}"), None, valuation(), now=NOON)
    return placed.account, placed.order


@settings(max_examples=100, deadline=None)
@given(fees=FEES, quantity=COINS, price=PRICES, parts=PARTS)
def test_fills_of_a_buy_never_cost_more_than_was_held_and_cancelling_returns_the_rest(
    fees: FeeModel, quantity: Decimal, price: Decimal, parts: list[tuple[int, int, str]]
) -> None:
    rich = account("999999999999", fees=fees)
    with exactly():
        if quantity * price * 2 > rich.cash_usd:
            return
    after, order = resting(rich, "buy", quantity, price)
    free = after.cash_usd

    for share, better, liquidity in parts:
        part = max(STEP, (order.remaining * share / 100).quantize(STEP))
        if part > order.remaining:
            break
        with exactly():
            cost = part * price * better / 100
        done = traded(after, order, part, cost, liquidity)  # type: ignore[arg-type]
        after, order = done.account, done.order
        assert after.cash_usd >= free, "a fill within the limit spends only what was held"
        free = after.cash_usd
        assert lost_cash(after) == lost_value(after) == 0
    after, order = ended(after, order, "cancelled", None, now=NOON)

    with exactly():
        assert after.reserved_usd == order.reserved_usd == 0
        assert after.cash_usd + order.notional_usd + order.fee_usd == rich.cash_usd
        assert 0 <= order.notional_usd - order.exact_cost < STEP
        assert 0 <= order.fee_usd - order.exact_fee < STEP


@settings(max_examples=100, deadline=None)
@given(fees=FEES, quantity=COINS, price=PRICES, parts=PARTS)
def test_a_sale_never_costs_anything_and_is_rounded_down_once(
    fees: FeeModel, quantity: Decimal, price: Decimal, parts: list[tuple[int, int, str]]
) -> None:
    after, order = resting(holding(str(quantity), fees=fees, cash="0"), "sell", quantity, price)

    for share, _, liquidity in parts:
        part = max(STEP, (order.remaining * share / 100).quantize(STEP))
        if part > order.remaining:
            break
        with exactly():
            cost = part * price
        before = after.cash_usd
        done = traded(after, order, part, cost, liquidity)  # type: ignore[arg-type]
        after, order = done.account, done.order
        assert after.cash_usd >= before
        assert lost_cash(after) == 0
    after, order = ended(after, order, "cancelled", None, now=NOON)

    with exactly():
        assert 0 <= order.exact_cost - order.notional_usd < STEP
        assert order.fee_usd <= order.notional_usd
        assert order.fee_usd - order.exact_fee < STEP
        left = after.positions.get("bitcoin", Position())
        assert (left.free + order.filled, left.reserved) == (quantity, Decimal(0))


def test_the_average_cost_of_what_is_sold_is_realised_and_a_whole_sale_leaves_none() -> None:
    owner = holding("3", cost="100.00000001", cash="0")
    first, order = resting(owner, "sell", Decimal(3), Decimal(40))

    one = traded(first, order, Decimal(1), Decimal(40), "maker")
    rest = traded(one.account, one.order, Decimal(2), Decimal(80), "maker")

    assert one.account.positions["bitcoin"].cost_usd == Decimal("66.66666668")
    assert one.account.realised_usd == Decimal("40") - Decimal("0.04") - Decimal("33.33333333")
    assert rest.account.positions == {}
    assert rest.account.realised_usd == Decimal("119.88") - Decimal("100.00000001")


def test_cash_that_is_held_cannot_be_spent_again() -> None:
    after, _ = resting(account("100"), "buy", Decimal(1), Decimal(99))

    with pytest.raises(ConflictError) as refused:
        resting(after, "buy", Decimal(1), Decimal(2))

    assert refused.value.code == "insufficient_cash"
    assert after.cash_usd == Decimal("0.901")


def test_coins_that_are_held_cannot_be_sold_again() -> None:
    after, _ = resting(holding("1"), "sell", Decimal("0.7"), Decimal(99))

    with pytest.raises(ConflictError) as refused:
        resting(after, "sell", Decimal("0.4"), Decimal(99))

    assert refused.value.code == "insufficient_coins"


def test_one_token_too_many_is_refused() -> None:
    many = {f"token-{number}": Position(free=STEP) for number in range(MOST_POSITIONS)}
    full, order = resting(account(positions=many), "buy", Decimal(1), Decimal(1))

    with pytest.raises(ConflictError) as refused:
        traded(full, order, Decimal(1), Decimal(1), "maker")

    assert refused.value.code == "too_many_positions"


def test_what_cannot_be_exact_fails_instead_of_losing_a_digit() -> None:
    after, order = resting(account(), "buy", Decimal(1), Decimal(1))
    endless = replace(order, exact_cost=Decimal(10) ** 150)

    with pytest.raises(Inexact):
        traded(after, endless, Decimal(1), Decimal("1e-30"), "maker")


def test_an_order_that_ended_holds_nothing() -> None:
    after, order = resting(account(), "buy", Decimal(1), Decimal(99))

    freed, closed = held(after, replace(order, status="cancelled"))

    assert (freed.cash_usd, freed.reserved_usd, closed.reserved_usd) == (
        Decimal(100_000),
        Decimal(0),
        Decimal(0),
    )
