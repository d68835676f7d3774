"""Seconds, milliseconds and ISO 8601 all become one time, and none of them is the future."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from shared.providers import moments
from shared.providers.numbers import JsonValue, Unreadable
from tests.clocks import NOON

AT = datetime(2019, 1, 21, 13, 30, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        1548077422,
        1548077422000,
        "1548077422",
        "1548077422000",
        Decimal("1548077422.0"),
        "2019-01-21T13:30:22Z",
        "2019-01-21T13:30:22.000+00:00",
        "2019-01-21T14:30:22+01:00",
        "2019-01-21T13:30:22",
    ],
)
def test_every_way_of_writing_it_is_one_time(value: JsonValue) -> None:
    assert moments.moment_of(value) == AT


@pytest.mark.parametrize("value", ["yesterday", "", True, [], 10**30, "99999999999999"[:9] + "x"])
def test_what_is_no_time_is_refused(value: JsonValue) -> None:
    with pytest.raises(Unreadable):
        moments.moment_of(value)


def test_the_body_speaks_before_the_header_and_the_header_before_our_clock() -> None:
    minute = timedelta(minutes=1)
    assert moments.observed(AT, dated=NOON - minute, fetched_at=NOON) == AT
    assert moments.observed(None, dated=NOON - minute, fetched_at=NOON) == NOON - minute
    assert moments.observed(None, dated=None, fetched_at=NOON) == NOON


def test_a_clock_that_is_ahead_a_little_is_held_back() -> None:
    ahead = NOON + timedelta(minutes=2)
    assert moments.observed(ahead, dated=None, fetched_at=NOON) == NOON
    assert moments.observed(None, dated=ahead, fetched_at=NOON) == NOON


@pytest.mark.parametrize("told", [datetime(1970, 1, 18, tzinfo=UTC), NOON + timedelta(hours=1)])
def test_a_misread_unit_is_refused(told: datetime) -> None:
    with pytest.raises(Unreadable):
        moments.observed(told, dated=None, fetched_at=NOON)


@pytest.mark.parametrize("value", [None, "", "soon", "Wed, 99 Foo 2026 12:00:00 GMT"])
def test_an_unreadable_http_date_is_none(value: str | None) -> None:
    assert moments.http_date(value) is None
