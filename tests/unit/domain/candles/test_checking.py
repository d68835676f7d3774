"""What no candle can be, and what becomes of rows that repeat, contradict or jump."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.candles.checking import check, grid, instant
from shared.records.candles import Interval
from tests.candles import candle, hours, series
from tests.clocks import NOON

LATER = NOON + timedelta(days=30)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"high": Decimal(90), "low": Decimal(95)}, "high_below_low"),
        ({"open": Decimal(200)}, "outside_range"),
        ({"close": Decimal(1)}, "outside_range"),
        ({"open": Decimal(0)}, "bad_price"),
        ({"low": Decimal(-1)}, "bad_price"),
        ({"close": Decimal("NaN")}, "bad_price"),
        ({"high": Decimal("Infinity")}, "bad_price"),
        ({"high": Decimal("1e13")}, "bad_price"),
        ({"volume": Decimal(-1)}, "negative_volume"),
        ({"turnover": Decimal("-0.1")}, "negative_volume"),
        ({"volume": Decimal("NaN")}, "bad_volume"),
        ({"opened_at": NOON + timedelta(minutes=7)}, "off_grid"),
        ({"opened_at": datetime(1970, 1, 21, tzinfo=UTC)}, "impossible_time"),
        ({"opened_at": LATER + hours(1)}, "future"),
    ],
)
def test_impossible_candle_is_left_out_and_counted(wrong: dict[str, Any], reason: str) -> None:
    good = series(3)

    checked = check([*good, replace(candle(NOON + hours(5)), **wrong)], now=LATER)

    assert checked.records == tuple(good)
    assert checked.rejected == {reason: 1}


def test_rows_that_agree_are_one_candle() -> None:
    later = replace(candle(), known_at=NOON + hours(9), volume=Decimal("10.00"))

    checked = check([candle(), later, candle()], now=LATER)

    assert checked.records == (candle(),)
    assert (checked.repeated, checked.rejected) == (2, {})


def test_rows_that_contradict_each_other_are_no_candle() -> None:
    rows = [candle(), candle(price=101), candle(), candle(NOON + hours(1))]

    checked = check(rows, now=LATER)

    assert [record.opened_at for record in checked.records] == [NOON + hours(1)]
    assert checked.rejected == {"contradicted": 2}
    assert checked.repeated == 1


def test_rows_out_of_order_are_put_in_order_and_told() -> None:
    first, second, third = series(3)

    checked = check([third, first, second], now=LATER)

    assert checked.records == (first, second, third)
    assert checked.reordered == 1


def test_series_do_not_mix() -> None:
    mixed = [candle(), candle(token_id="ethereum"), candle(interval="4h", opened_at=NOON)]

    checked = check(mixed, now=LATER)

    assert len(checked.records) == 3
    assert checked.rejected == {}


def test_candle_that_is_not_over_is_open_whatever_its_source_says() -> None:
    checked = check(series(3), now=NOON + timedelta(hours=2, minutes=30))

    assert [record.closed for record in checked.records] == [True, True, False]


def test_clock_a_little_ahead_is_forgiven() -> None:
    ahead = candle(NOON + hours(1))

    assert len(check([ahead], now=ahead.opened_at - timedelta(minutes=1)).records) == 1
    assert check([ahead], now=ahead.opened_at - timedelta(minutes=3)).rejected == {"future": 1}


@pytest.mark.parametrize(
    ("interval", "opened"),
    [
        ("1m", "2026-03-04T13:37:00"),
        ("5m", "2026-03-04T13:35:00"),
        ("15m", "2026-03-04T13:30:00"),
        ("1h", "2026-03-04T13:00:00"),
        ("4h", "2026-03-04T12:00:00"),
        ("1d", "2026-03-04T00:00:00"),
        ("1w", "2026-03-02T00:00:00"),
    ],
)
def test_grid_is_utc_and_weeks_begin_on_mondays(interval: Interval, opened: str) -> None:
    moment = datetime(2026, 3, 4, 13, 37, 12, tzinfo=UTC)

    assert grid(moment, interval) == datetime.fromisoformat(opened).replace(tzinfo=UTC)


@pytest.mark.parametrize("number", [1772366400, 1772366400000, 1772366400000000, Decimal("1772366400.0")])
def test_seconds_milliseconds_and_microseconds_are_told_apart(number: int | Decimal) -> None:
    assert instant(number) == NOON


def test_absurd_number_is_no_time() -> None:
    assert instant(10**30) is None
    assert instant(Decimal("1e40")) is None
