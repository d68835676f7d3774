"""The money-weighted return against published examples, and where there is none."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.portfolio.xirr import money_weighted

MICROSOFT = [
    (date(2008, 1, 1), -10_000),
    (date(2008, 3, 1), 2_750),
    (date(2008, 10, 30), 4_250),
    (date(2009, 2, 15), 3_250),
    (date(2009, 4, 1), 2_750),
]
"""The example of Excel's own documentation, whose answer is 0.373362535."""


def flows(dated: list[tuple[date, int]]) -> list[tuple[float, float]]:
    return [(float((day - dated[0][0]).days), float(amount)) for day, amount in dated]


def test_the_documented_example_of_excel() -> None:
    assert money_weighted(flows(MICROSOFT)).value == pytest.approx(0.373362535, abs=1e-8)


def test_one_payment_back_after_a_year_is_its_gain() -> None:
    assert money_weighted([(0, -1000), (365, 1100)]).value == pytest.approx(0.1, abs=1e-12)


def test_a_loss_of_nearly_everything_is_found() -> None:
    assert money_weighted([(0, -1000), (365, 1)]).value == pytest.approx(-0.999, abs=1e-12)


@given(st.floats(-0.95, 20), st.lists(st.floats(1, 1e6), min_size=1, max_size=8), st.integers(30, 1_500))
@settings(max_examples=100, deadline=None)
def test_a_rate_that_flows_were_made_with_is_found(rate: float, paid: list[float], days: int) -> None:
    places = [days * place / (2 * len(paid)) for place in range(len(paid))]
    end = sum(amount * (1 + rate) ** ((days - place) / 365) for place, amount in zip(places, paid, strict=True))

    found = money_weighted([*((place, -amount) for place, amount in zip(places, paid, strict=True)), (days, end)])

    assert found.value == pytest.approx(rate, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    ("given_flows", "reason"),
    [
        ([], "went in and came back"),
        ([(0.0, -5.0), (10.0, 0.0)], "went in and came back"),
        ([(0.0, 5.0), (10.0, 5.0)], "went in and came back"),
        ([(0.0, -5.0), (0.5, 6.0)], "shorter than a day"),
        ([(0.0, -1000.0), (365.0, 3000.0), (730.0, -2500.0)], "no rate fits"),
        ([(0.0, -1000.0), (365.0, 2500.0), (730.0, -1540.0)], "several rates"),
    ],
)
def test_where_no_single_rate_fits_there_is_none(given_flows: list[tuple[float, float]], reason: str) -> None:
    found = money_weighted(given_flows)

    assert found.value is None
    assert reason in (found.reason or "")
