"""Holdings and their cost: nothing is lost, and selling what is not there is told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.portfolio.ledger import Book, Ledger, ShortError, replayed
from shared.domain.portfolio.legs import legs_of
from shared.domain.portfolio.money import exactly
from shared.records.portfolio import Transaction
from tests.portfolios import FIRST, transaction

COINS = st.decimals(min_value=Decimal("0.000000000000000001"), max_value=Decimal(10) ** 6, places=18)
PRICES = st.decimals(min_value=Decimal("0.000000001"), max_value=Decimal(10) ** 6, places=9)
ZERO = Decimal(0)


@st.composite
def histories(draw: st.DrawFn) -> list[Transaction]:
    """Return transactions of two tokens that never take more than there is."""
    held = {"bitcoin": ZERO, "ethereum": ZERO}
    made: list[Transaction] = []
    for minute in range(draw(st.integers(1, 25))):
        token = draw(st.sampled_from(sorted(held)))
        kind = draw(st.sampled_from(["buy", "transfer_in", "income", "sell", "transfer_out", "fee"]))
        if kind in ("sell", "transfer_out", "fee"):
            part = draw(st.sampled_from([Decimal(1), Decimal("0.5"), Decimal("0.123")]))
            quantity = (held[token] * part).quantize(Decimal("1e-18"), "ROUND_DOWN") if part < 1 else held[token]
            if not quantity:
                continue
            held[token] -= quantity
        else:
            quantity = draw(COINS)
            held[token] += quantity
        price = None if kind == "fee" else draw(PRICES)
        fee = draw(PRICES) if kind in ("buy", "sell") and draw(st.booleans()) else ZERO
        values: dict[str, Any] = {"kind": kind, "token_id": token, "quantity": quantity, "price": price, "fee": fee}
        made.append(Transaction(at=FIRST + timedelta(minutes=minute), **values))
    return made


def total(ledger: Ledger, name: str) -> Decimal:
    with exactly():
        return sum((getattr(book, name) for book in ledger.books.values()), ZERO)


@given(histories())
@settings(max_examples=150, deadline=None)
def test_value_is_conserved_by_both_methods(history: list[Transaction]) -> None:
    ledger = replayed(history)

    with exactly():
        for method in ("fifo", "average"):
            for book in ledger.books.values():
                cost, realised = getattr(book, f"{method}_cost"), getattr(book, f"{method}_realised")
                moved = getattr(book, f"{method}_moved")
                assert cost - realised == book.acquired - book.proceeds - moved
        transferred = sum((legs_of(each)[0].usd for each in history if each.kind == "transfer_out"), ZERO)
        proceeds = total(ledger, "proceeds") + transferred
        assert total(ledger, "acquired") - proceeds == ledger.invested_usd + ledger.income_usd - ledger.returned_usd


@given(histories())
@settings(max_examples=100, deadline=None)
def test_no_coin_appears_or_vanishes(history: list[Transaction]) -> None:
    books = replayed(history).books

    with exactly():
        for token, book in books.items():
            moved = sum((leg.quantity for each in history for leg in legs_of(each) if leg.token_id == token), ZERO)
            assert book.quantity == moved == sum((coins for coins, _ in book.lots), ZERO)
            assert book.fifo_cost == sum((cost for _, cost in book.lots), ZERO)
            assert book.quantity or (book.fifo_cost == book.average_cost == ZERO)


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_in_which_transactions_are_told_makes_no_difference(history: list[Transaction], random: Any) -> None:
    shuffled = [replace(each, sequence=place) for place, each in enumerate(random.sample(history, len(history)))]

    assert replayed(shuffled) == replayed(history)


@given(histories(), histories())
@settings(max_examples=60, deadline=None)
def test_transactions_of_other_tokens_make_no_difference(one: list[Transaction], other: list[Transaction]) -> None:
    renamed = [replace(each, token_id=f"other-{each.token_id}", at=each.at + timedelta(seconds=30)) for each in other]

    together, alone = replayed([*one, *renamed]).books, replayed(one).books

    assert {name: book for name, book in together.items() if not name.startswith("other-")} == alone


@given(histories(), PRICES)
@settings(max_examples=100, deadline=None)
def test_both_methods_agree_when_everything_is_sold(history: list[Transaction], price: Decimal) -> None:
    # What was transferred out took a cost with it, which differs by method.
    kept = [each for each in history if each.kind != "transfer_out"]
    ledger = replayed(kept)
    end = FIRST + timedelta(days=1)
    sales = [
        Transaction(at=end, kind="sell", token_id=name, quantity=book.quantity, price=price)
        for name, book in ledger.books.items()
        if book.quantity
    ]

    books = replayed([*kept, *sales]).books

    assert all(book.fifo_cost == book.average_cost == ZERO for book in books.values())
    assert [book.fifo_realised for book in books.values()] == [book.average_realised for book in books.values()]


def book_of(history: Sequence[Transaction], token_id: str = "bitcoin") -> Book:
    return replayed(history).books[token_id]


def test_first_in_first_out_and_average_by_hand() -> None:
    history = [
        transaction("buy", "1", "100", day=0),
        transaction("buy", "1", "200", day=1, fee="10"),
        transaction("sell", "1.5", "300", day=2, fee="15"),
    ]

    book = book_of(history)

    # First in first out: 100 and half of 210. Average: 310 ÷ 2 × 1.5. The sale brings 450 − 15.
    assert (book.fifo_cost, book.fifo_realised) == (Decimal(105), Decimal(230))
    assert (book.average_cost, book.average_realised) == (Decimal("77.5"), Decimal("202.5"))


def test_a_trade_for_another_token_moves_both() -> None:
    history = [
        transaction("buy", "1", "50000", day=0),
        transaction(
            "buy", "20", "0.04", day=1, token_id="ethereum", quote="bitcoin", usd_rate="60000", fee="0.01",
            fee_currency="bitcoin",
        ),
    ]  # fmt: skip

    ledger = replayed(history)

    bitcoin, ethereum = ledger.books["bitcoin"], ledger.books["ethereum"]
    assert (bitcoin.quantity, ethereum.quantity) == (Decimal("0.19"), Decimal(20))
    # 0.8 BTC paid and 0.01 BTC of fee, at 60,000, which is the cost of the ETH.
    assert (bitcoin.fifo_realised, ethereum.fifo_cost) == (Decimal("8100"), Decimal(48600))
    assert (ledger.invested_usd, ledger.returned_usd) == (Decimal(50000), ZERO)


def test_paid_from_outside_a_token_is_as_good_as_dollars() -> None:
    history = [
        transaction("buy", "2", "100", quote="tether", usd_rate="0.999", settlement="outside", fee="0.1", fee_currency="binancecoin",
                    fee_usd_rate="600"),
    ]  # fmt: skip

    ledger = replayed(history)

    assert list(ledger.books) == ["bitcoin"]
    assert ledger.invested_usd == ledger.books["bitcoin"].fifo_cost == Decimal("259.8")


def test_a_fee_in_the_bought_coin_is_sold_for_itself() -> None:
    book = book_of([transaction("buy", "1", "100", fee="0.001", fee_currency="bitcoin")])

    assert book.quantity == Decimal("0.999")
    assert book.acquired == Decimal("100.1")
    assert book.proceeds == Decimal("0.1")


def test_what_a_network_takes_is_lost() -> None:
    book = book_of([
        transaction("buy", "1", "100"),
        transaction("transfer_out", "0.5", "120", day=1, fee="0.1", fee_currency="bitcoin"),
    ])  # fmt: skip

    assert (book.quantity, book.fifo_cost) == (Decimal("0.4"), Decimal(40))
    assert (book.fifo_moved, book.fifo_realised) == (Decimal(50), Decimal(-10))


def test_selling_more_than_is_held_says_when_and_how_much() -> None:
    with pytest.raises(ShortError, match=r"^short of 0\.5 bitcoin at 2025-01-03T00:00:00Z \(sell\)$"):
        replayed([transaction("buy", "1"), transaction("sell", "1.5", day=2)])


def test_paying_with_more_than_is_held_is_short_of_the_token_paid_with() -> None:
    with pytest.raises(ShortError, match="short of 20 tether"):
        replayed([
            transaction("transfer_in", "80", "1", token_id="tether"),
            transaction("buy", "1", "100", quote="tether", usd_rate="1", day=1),
        ])  # fmt: skip


def test_a_later_purchase_covers_no_earlier_sale() -> None:
    with pytest.raises(ShortError):
        replayed([transaction("sell", "1", day=0), transaction("buy", "1", day=1)])


def test_at_one_instant_coins_come_before_they_go() -> None:
    book = book_of([transaction("transfer_out", "1"), transaction("transfer_in", "1")])

    assert book.quantity == ZERO


def test_dollars_are_rounded_half_to_even_at_the_twelfth_digit() -> None:
    even = book_of([transaction("buy", "1", "0.0000000000005")])
    odd = book_of([transaction("buy", "1", "0.0000000000015")])

    assert (even.acquired, odd.acquired) == (Decimal("0E-12"), Decimal("0.000000000002"))
