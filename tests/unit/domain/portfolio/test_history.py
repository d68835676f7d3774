"""Days of a portfolio: flows bring no return, and what has no price is left out whole."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared.domain.portfolio.history import history_of, moments_of
from shared.domain.portfolio.performing import flows_of, indices_of, performance_of
from shared.records.portfolio import Transaction
from tests.portfolios import DAY, FIRST, transaction

Days = dict[date, Decimal]


def days(*prices: str | None) -> Days:
    """Return prices at the midnights from 2025-01-02 on."""
    return {(FIRST + place * DAY).date(): Decimal(price) for place, price in enumerate(prices, 1) if price is not None}


def noon(kind: str, quantity: str, price: str, *, day: int, token_id: str = "bitcoin") -> Transaction:
    made = transaction(kind, quantity, price, day=day, token_id=token_id)
    return Transaction(
        at=made.at + timedelta(hours=12), kind=made.kind, token_id=token_id, quantity=made.quantity, price=made.price
    )


def test_days_are_chained_without_what_was_paid_in() -> None:
    history = history_of(
        [noon("buy", "1", "100", day=0), noon("buy", "9", "110", day=2)],
        moments_of(FIRST, FIRST + 4 * DAY),
        {"bitcoin": days("100", "110", "110", "121")},
        {},
    )

    assert [float(each.value) for each in history.points] == [0, 100, 110, 1100, 1210]
    assert [None if each.gain is None else round(each.gain, 12) for each in history.points] == [None, 0, 0.1, 0, 0.1]
    assert indices_of(history.points)[-1] == pytest.approx(1.21)


def test_a_day_on_which_all_is_sold_counts_at_what_was_paid() -> None:
    history = history_of(
        [noon("buy", "1", "100", day=0), noon("sell", "1", "150", day=1)],
        moments_of(FIRST, FIRST + 4 * DAY),
        {"bitcoin": days("100", "90", "80", "70")},
        {},
    )

    assert [each.gain for each in history.points] == [None, 0, 0.5, None, None]


def test_a_trade_within_the_portfolio_is_no_flow() -> None:
    swap = transaction("buy", "10", "10", day=1, token_id="ethereum", quote="bitcoin", usd_rate="1")
    swap = Transaction(
        at=swap.at,
        kind="buy",
        token_id="ethereum",
        quantity=Decimal(10),
        amount=Decimal(1),
        quote="bitcoin",
        usd_rate=Decimal(100),
    )

    history = history_of(
        [transaction("buy", "1", "100"), swap],
        moments_of(FIRST, FIRST + 3 * DAY),
        {"bitcoin": days("100", "300", "300"), "ethereum": days("10", "11", "12")},
        {},
    )

    assert [float(each.value) for each in history.points[1:]] == [100, 110, 120]
    assert [float(each.inflow + each.outflow) for each in history.points[2:]] == [0, 0]


def test_an_income_is_a_return_and_a_transfer_is_none() -> None:
    history = history_of(
        [
            transaction("buy", "1", "100"),
            noon("income", "0.1", "100", day=1),
            noon("transfer_in", "1", "5", day=2),
        ],
        moments_of(FIRST, FIRST + 3 * DAY),
        {"bitcoin": days("100", "100", "100")},
        {},
    )

    assert [each.gain for each in history.points[1:]] == [0, pytest.approx(0.1), 0]


def test_a_token_without_prices_is_left_out_with_what_was_paid_for_it() -> None:
    history = history_of(
        [transaction("buy", "1", "100"), transaction("buy", "1", "900", token_id="unknown")],
        moments_of(FIRST, FIRST + 2 * DAY),
        {"bitcoin": days("100", "110")},
        {},
    )

    assert list(history.excluded) == ["unknown"]
    assert [float(each.value) for each in history.points[1:]] == [100, 110]
    assert history.points[1].inflow == 100


def test_a_price_stands_for_seven_days_without_one() -> None:
    prices = days("100", *[None] * 7)
    bought = [transaction("buy", "1", "100")]

    week = history_of(bought, moments_of(FIRST, FIRST + 8 * DAY), {"bitcoin": prices}, {})
    longer = history_of(bought, moments_of(FIRST, FIRST + 9 * DAY), {"bitcoin": prices}, {})

    assert (week.excluded, week.carried) == ({}, 7)
    assert list(longer.excluded.values()) == [FIRST + 9 * DAY]


def test_the_last_point_is_now_at_the_last_price() -> None:
    end = FIRST + DAY + timedelta(hours=6)

    history = history_of(
        [transaction("buy", "1", "100")], moments_of(FIRST, end), {"bitcoin": days("100")}, {"bitcoin": Decimal(105)}
    )

    assert [each.at for each in history.points] == [FIRST, FIRST + DAY, end]
    assert history.points[-1].gain == pytest.approx(0.05)


def test_a_range_begins_with_what_was_held_before() -> None:
    history = history_of(
        [transaction("buy", "2", "100")],
        moments_of(FIRST + 2 * DAY, FIRST + 3 * DAY),
        {"bitcoin": days("100", "110", "121")},
        {},
    )

    told = performance_of(history)

    assert (told["value_start_usd"], told["value_end_usd"], told["gain_usd"]) == ("220", "242", "22")
    assert told["time_weighted"]["total"] == pytest.approx(0.1)
    assert flows_of(history.points) == [(0, -220), (1, 242)]


def test_returns_of_a_year_by_hand() -> None:
    prices = {(FIRST + place * DAY).date(): Decimal(100) for place in range(1, 365)} | {
        (FIRST + 365 * DAY).date(): Decimal(120)
    }

    told = performance_of(
        history_of([transaction("buy", "1", "100")], moments_of(FIRST, FIRST + 365 * DAY), {"bitcoin": prices}, {})
    )

    assert told["time_weighted"] == {"total": 0.2, "annualised": 0.2, "reason": None}
    assert told["money_weighted"]["annual"] == pytest.approx(0.2, abs=1e-9)
    assert told["gain_usd"] == "20"
