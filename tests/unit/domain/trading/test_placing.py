"""A new order: what it takes, what rests, what is refused."""

from decimal import Decimal
from typing import Any

import pytest

from shared.core.errors import ConflictError
from shared.domain.trading.offers import Offers
from shared.domain.trading.placing import Placed, Wish, place
from shared.records.trading import Account, RiskLimits
from tests.clocks import NOON
from tests.trading import account, holding, lost_cash, offers, valuation, wish

TWO_LEVELS = offers(("100", "1"), ("110", "1"))


def placed(of: Account, wanted: Wish, offered: Offers | None = TWO_LEVELS, **prices: str) -> Placed:
    return place(of, wanted, offered, valuation(**prices), now=NOON)


def test_a_market_buy_pays_each_level_and_the_taker_fee() -> None:
    done = placed(account("1000"), wish(quantity="1.5"))

    assert done.fill is not None
    assert (done.fill.quantity, done.fill.notional_usd, done.fill.fee_usd) == (
        Decimal("1.5"),
        Decimal(155),
        Decimal("0.155"),
    )
    assert done.fill.price_usd == Decimal("103.333333333333333333333333333333")
    assert done.fill.pricing.parameters["levels_taken"] == "2"
    assert (done.order.status, done.account.cash_usd) == ("filled", Decimal("844.845"))
    assert done.account.positions["bitcoin"].cost_usd == Decimal("155.155")


def test_a_market_order_takes_what_there_is_and_gives_up_the_rest() -> None:
    done = placed(account("1000"), wish(quantity="5"))

    assert (done.order.status, done.order.reason, done.order.filled) == ("expired", "no_liquidity", Decimal(2))
    assert done.account.open_orders == 0
    assert done.account.reserved_usd == 0


def test_a_market_order_to_which_nobody_offers_anything_is_rejected_and_seen() -> None:
    done = placed(account("1000"), wish(), offers())

    assert (done.order.status, done.order.reason, done.fill, done.account.orders) == (
        "rejected",
        "no_liquidity",
        None,
        1,
    )


@pytest.mark.parametrize("amount", ["50", "100.1", "150", "0.0001"])
def test_an_amount_is_spent_with_its_fee_to_a_few_steps(amount: str) -> None:
    done = placed(account("1000"), wish(quantity=None, amount_usd=amount))

    spent = 1000 - done.account.cash_usd
    assert done.order.status == "filled"
    assert 0 <= Decimal(amount) - spent < Decimal("0.000002")


def test_an_amount_that_buys_everything_there_is_expires() -> None:
    done = placed(account("1000"), wish(quantity=None, amount_usd="900"))

    assert (done.order.status, done.order.filled) == ("expired", Decimal(2))


def test_a_limit_takes_what_is_within_it_and_rests_with_the_other_part() -> None:
    done = placed(account("1000"), wish(kind="limit", quantity="3", limit_price="105"))

    assert (done.order.status, done.order.filled, done.account.open_orders) == ("partially_filled", Decimal(1), 1)
    assert done.order.reserved_usd == Decimal("210.21")
    assert done.account.cash_usd == 1000 - Decimal("100.1") - Decimal("210.21")
    assert lost_cash(done.account) == 0


def test_an_immediate_limit_never_rests() -> None:
    some = placed(account("1000"), wish(kind="limit", quantity="3", limit_price="105", time_in_force="ioc"))
    none = placed(account("1000"), wish(kind="limit", quantity="3", limit_price="99", time_in_force="ioc"))

    assert [(each.order.status, each.order.reason) for each in (some, none)] == [("expired", "not_within_limit")] * 2
    assert [each.order.filled for each in (some, none)] == [Decimal(1), Decimal(0)]
    assert some.account.reserved_usd == none.account.reserved_usd == 0


def test_a_limit_without_a_price_of_the_moment_rests_untested() -> None:
    done = placed(account("1000"), wish(kind="limit", limit_price="105"), None)

    assert (done.order.status, done.order.untested) == ("open", True)


def test_a_stop_holds_a_cushion_and_a_sale_its_coins() -> None:
    buy = placed(account("1000"), wish(kind="stop", stop_price="200"), None)
    sale = placed(holding("2"), wish("sell", "stop", "2", stop_price="90"), None)

    assert buy.order.reserved_usd == Decimal("210.21")
    assert (sale.order.reserved_quantity, sale.account.positions["bitcoin"].free) == (Decimal(2), Decimal(0))


@pytest.mark.parametrize(
    ("of", "wanted", "code"),
    [
        (account("99"), wish(), "insufficient_cash"),
        (account("100.09999999"), wish(), "insufficient_cash"),
        (account("99"), wish(kind="limit", limit_price="99"), "insufficient_cash"),
        (account(), wish("sell"), "insufficient_coins"),
        (holding("0.99999999"), wish("sell", "limit", limit_price="500"), "insufficient_coins"),
    ],
)
def test_what_the_account_has_not_got_is_refused(of: Account, wanted: Wish, code: str) -> None:
    with pytest.raises(ConflictError) as refused:
        placed(of, wanted)

    assert refused.value.code == code


def limited(**limits: Any) -> Account:
    return account("1000", limits=RiskLimits(**limits))


@pytest.mark.parametrize(
    ("of", "wanted", "code"),
    [
        (limited(max_order_notional_usd=Decimal("99.99")), wish(), "max_order_notional"),
        (limited(max_order_notional_usd=Decimal(50)), wish(quantity=None, amount_usd="50.01"), "max_order_notional"),
        (limited(max_order_notional_usd=Decimal(50)), wish("sell", "limit", limit_price="51"), "max_order_notional"),
        (limited(max_position_share=Decimal("0.0999")), wish(), "max_position_share"),
        (limited(daily_loss_limit_usd=Decimal(99_000)), wish(), "daily_loss_limit"),
        (limited(max_open_orders=0), wish(kind="limit", limit_price="1"), "max_open_orders"),
    ],
)
def test_what_a_limit_forbids_is_refused(of: Account, wanted: Wish, code: str) -> None:
    with pytest.raises(ConflictError) as refused:
        placed(of, wanted, bitcoin="100")

    assert refused.value.code == code


@pytest.mark.parametrize(
    ("of", "wanted"),
    [
        (limited(max_order_notional_usd=Decimal(100)), wish()),
        (limited(max_position_share=Decimal("0.1")), wish()),
        (limited(daily_loss_limit_usd=Decimal("99000.01")), wish()),
        (limited(max_open_orders=0), wish()),
        (limited(max_open_orders=1), wish(kind="limit", limit_price="1")),
    ],
)
def test_what_just_keeps_to_a_limit_is_accepted(of: Account, wanted: Wish) -> None:
    assert placed(of, wanted, bitcoin="100").order.number == 1


def test_a_sale_is_allowed_after_the_loss_of_the_day() -> None:
    lost = holding("1", cash="1000", limits=RiskLimits(daily_loss_limit_usd=Decimal(1)))

    assert placed(lost, wish("sell"), bitcoin="1").order.status == "filled"


def test_a_position_counts_at_its_price_and_without_one_at_its_cost() -> None:
    owner = holding("1", cost="900", cash="1000", limits=RiskLimits(max_position_share=Decimal("0.5")))

    assert placed(owner, wish(), bitcoin="100").fill is not None
    with pytest.raises(ConflictError):
        placed(owner, wish())
