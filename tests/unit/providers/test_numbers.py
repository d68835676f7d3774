"""Numbers survive digit for digit, or the answer is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.providers import numbers
from shared.providers.numbers import Unreadable


@given(st.decimals(min_value=0, max_value=10**12, allow_nan=False, allow_infinity=False, places=16))
def test_every_digit_survives(value: Decimal) -> None:
    row = numbers.mapping(numbers.parsed(f'{{"a": {value:f}, "b": "{value:f}"}}'.encode()))

    assert str(numbers.number(row, "a")) == str(numbers.number(row, "b")) == str(Decimal(f"{value:f}"))


@pytest.mark.parametrize(
    "body", [b"", b"[1, 2", b"<html>", b'{"a": NaN}', b"[Infinity]", b"\xff\xfe", b"[" * 100_000, b"1" * 5000]
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        numbers.parsed(body)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1", -1, "1e13", "1e-31", "abc", "", True, [], {}, "1" * 200])
def test_what_is_no_price_is_refused(value: numbers.JsonValue) -> None:
    with pytest.raises(Unreadable):
        numbers.price({"price": value}, "price")


@pytest.mark.parametrize("row", [{}, {"price": None}, {"price": 0}, {"price": "0.00000000"}])
def test_no_price_is_none(row: dict[str, numbers.JsonValue]) -> None:
    assert numbers.price(row, "price") is None


@pytest.mark.parametrize("value", ["1e31", "1E-61", "1e999999999", "sNaN"])
def test_absurd_numbers_are_refused(value: str) -> None:
    with pytest.raises(Unreadable):
        numbers.number({"a": value}, "a")


def test_zero_stands_for_unknown_where_it_does() -> None:
    assert numbers.known_amount({"market_cap": 0}, "market_cap") is None
    assert numbers.amount({"volume": 0}, "volume") == 0


@pytest.mark.parametrize(("value", "rank"), [(1, 1), ("7", 7), (0, None), (None, None)])
def test_ranks_begin_at_one(value: numbers.JsonValue, rank: int | None) -> None:
    assert numbers.rank({"rank": value}, "rank") == rank
