"""What an order of history may say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.backfill.ordering import order_of
from functions.backfill.units import ChainUnit, stretch_from, units_of
from shared.core.errors import InvalidParameterError
from tests.clocks import NOON

DAILY: dict[str, Any] = {
    "from": "2026-01-01",
    "to": "2026-02-01",
    "tokens": ["bitcoin", "ethereum"],
    "intervals": ["1d"],
}


@pytest.mark.parametrize(
    "change",
    [
        {"from": "yesterday"},
        {"from": None},
        {"to": "1999-01-01"},
        {"tokens": []},
        {"tokens": "bitcoin"},
        {"top": 5},
        {"top": -1, "tokens": []},
        {"intervals": ["3d"]},
        {"chains": ["dogchain"]},
        {"colour": "red"},
        {"tokens": ["x"] * 1_001},
    ],
)
def test_an_order_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidParameterError):
        order_of(DAILY | change, now=NOON)


def test_the_end_is_the_beginning_of_today_unless_another_is_named() -> None:
    order = order_of({"from": "2026-01-01", "tokens": ["bitcoin"], "intervals": ["1d"]}, now=NOON)

    assert order.end == datetime(2026, 3, 1, tzinfo=UTC)


def test_the_same_order_has_the_same_name_and_another_one_another() -> None:
    first = order_of(DAILY, now=NOON)

    assert order_of(dict(reversed(DAILY.items())), now=NOON).name == first.name
    assert order_of(DAILY | {"tokens": ["bitcoin"]}, now=NOON).name != first.name


def test_long_candles_come_first_and_chains_last() -> None:
    order = order_of(DAILY | {"intervals": ["1h", "1d"], "chains": ["bitcoin"]}, now=NOON)

    units = units_of(order, order.tokens)

    assert [str(unit) for unit in units[:4]] == ["bitcoin 1d", "ethereum 1d", "bitcoin 1h", "ethereum 1h"]
    assert {type(unit) for unit in units[4:]} == {ChainUnit}


def test_stretches_are_whole_candles_that_are_over() -> None:
    start, end = stretch_from(datetime(2026, 1, 1, 0, 30, tzinfo=UTC), "1h", datetime(2026, 1, 1, 3, 59, tzinfo=UTC))

    assert (start.hour, end.hour) == (1, 3)
    assert stretch_from(end, "1h", datetime(2026, 1, 1, 3, 59, tzinfo=UTC)) == (end, end)


def test_all_chains_may_be_asked_for_by_one_word() -> None:
    order = order_of({"from": "2026-01-01", "chains": ["all"]}, now=NOON)

    assert len(order.chains) >= 16
