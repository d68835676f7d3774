"""Which values are believed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.domain.chains.known import Value
from shared.domain.chains.plausible import believed, in_reach, series_in_reach
from shared.records.chains import ChainMetric, Metric
from tests.clocks import NOON

DAY = timedelta(days=1)


def said(value: str | int, source: str = "defillama", metric: Metric = "tvl_usd", *, days_ago: int = 0) -> ChainMetric:
    return ChainMetric(
        chain="ethereum",
        metric=metric,
        resolution="now",
        observed_at=NOON - days_ago * DAY,
        known_at=NOON,
        value=Decimal(value),
        source=source,
    )


def before(value: str | int, *, days_ago: int = 1) -> Value:
    return Value(NOON - days_ago * DAY, Decimal(value), "defillama")


@pytest.mark.parametrize(
    ("metric", "value", "believable"),
    [
        ("tvl_usd", 399, True),
        ("tvl_usd", 400, False),
        ("tvl_usd", 1000, False),
        ("tvl_usd", 26, True),
        ("tvl_usd", 25, False),
        ("supply", 199, True),
        ("supply", 201, False),
        ("transactions", 799, True),
        ("transactions", 1000, False),
        ("fees_usd", 12, False),
        ("pending_transactions", 100_000, True),
        ("price_usd", 1, True),
    ],
)
def test_a_jump_beyond_what_a_metric_may_do_is_absurd(metric: Metric, value: int, believable: bool) -> None:
    assert in_reach(said(value, metric=metric), before(100)) is believable


def test_without_anything_known_or_after_three_days_anything_is_believed() -> None:
    assert in_reach(said(10_000), None)
    assert in_reach(said(10_000), before(100, days_ago=4))
    assert not in_reach(said(10_000), before(100, days_ago=3))


def test_the_first_plausible_candidate_is_taken_and_those_before_it_refused() -> None:
    first, second = said(1000, "one"), said(120, "two")

    assert believed([first, second], before(100)) == (second, [first])
    assert believed([second, first], before(100)) == (second, [])
    assert believed([first], before(100)) == (None, [first])
    assert believed([], before(100)) == (None, [])


def test_a_jump_that_two_sources_saw_is_believed() -> None:
    first, second = said(1000, "one"), said(1400, "two")

    assert believed([first, second], before(100)) == (first, [])


def test_two_who_disagree_confirm_nothing() -> None:
    first, second = said(1000, "one"), said(2100, "two")

    assert believed([first, second], before(100)) == (None, [first, second])


def test_a_series_that_is_off_as_a_whole_is_absurd_though_one_day_may_be_revised() -> None:
    known = [before(100, days_ago=ago) for ago in (4, 3, 2)]
    times_ten = [said(1000, days_ago=ago) for ago in (4, 3, 2, 1)]
    one_revised = [said(value, days_ago=ago) for value, ago in ((100, 4), (900, 3), (101, 2), (99, 1))]

    assert not series_in_reach(times_ten, known)
    assert series_in_reach(one_revised, known)
    assert series_in_reach(times_ten, [])


def test_a_series_that_begins_after_what_is_known_has_to_follow_from_it() -> None:
    assert not series_in_reach([said(1000, days_ago=1)], [before(100, days_ago=2)])
    assert series_in_reach([said(150, days_ago=1)], [before(100, days_ago=2)])
