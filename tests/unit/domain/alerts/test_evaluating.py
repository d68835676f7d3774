"""When an alert fires."""

import itertools
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.alerts.evaluating import judged, worth_keeping
from shared.records.alerts import Alert, Standing
from tests.alerting import alert, condition, fact
from tests.clocks import NOON

MINUTE = timedelta(minutes=1)


def fired_at(watching: Alert, *values: int | str | Decimal) -> list[int]:
    """Return at which of the values, a minute apart, the alert fires."""
    fires = []
    for place, value in enumerate(values):
        now = NOON + place * MINUTE
        verdict = judged(watching, fact(value, now), now)
        watching = replace(watching, standing=verdict.standing)
        fires += [place] if verdict.fires else []
    return fires


def test_it_fires_when_the_threshold_is_reached_and_once_while_it_stays_so() -> None:
    assert fired_at(alert(), 99, 100, 101, 150, 100) == [1]


def test_it_fires_at_once_when_the_number_is_there_already() -> None:
    assert fired_at(alert(), 120) == [0]


def test_it_fires_again_after_the_number_has_gone_back() -> None:
    assert fired_at(alert(), 100, 99, 100, "99.99", 101) == [0, 2, 4]


def test_a_number_that_trembles_inside_the_hysteresis_fires_once() -> None:
    watching = alert(condition=condition(hysteresis=Decimal(5)))

    assert fired_at(watching, 100, 96, 100, 95, 101, "94.9", 100) == [0, 6]


def test_below_is_the_mirror_of_above() -> None:
    watching = alert(condition=condition(direction="below", hysteresis=Decimal(5)))

    assert fired_at(watching, 101, 100, 104, 99, 105, 100, "105.1", 100) == [1, 7]


def test_the_cool_down_holds_back_and_then_lets_fire_what_still_holds() -> None:
    watching = alert(cool_down=timedelta(minutes=5))

    assert fired_at(watching, 100, 90, 100, 100, 100, 100, 100) == [0, 5]


def test_a_fact_that_is_not_newer_changes_nothing() -> None:
    seen = alert(standing=Standing(armed=False, fired=1, last_as_of=NOON, last_value=Decimal(100)))

    same = judged(seen, fact(50, NOON), NOON + MINUTE)
    older = judged(seen, fact(50, NOON - MINUTE), NOON + MINUTE)

    assert (same.standing, older.standing) == (seen.standing, seen.standing)
    assert not same.fires


@pytest.mark.parametrize("direction", ["above", "below"])
@given(
    values=st.lists(st.integers(80, 120), max_size=60),
    hysteresis=st.integers(0, 15),
    cool_down=st.integers(0, 10),
)
def test_between_two_events_the_number_went_back_and_the_cool_down_passed(
    direction: str, values: list[int], hysteresis: int, cool_down: int
) -> None:
    watching = alert(
        condition=condition(direction=direction, hysteresis=Decimal(hysteresis)),
        cool_down=timedelta(minutes=cool_down),
    )

    fires = fired_at(watching, *values)

    side = 1 if direction == "above" else -1
    assert all(side * (values[place] - 100) >= 0 for place in fires)
    for first, second in itertools.pairwise(fires):
        assert second - first >= cool_down
        assert min(side * (value - 100) for value in values[first:second]) < -hysteresis


def test_looking_alone_is_not_worth_a_write() -> None:
    before = Standing()

    assert not worth_keeping(before, replace(before, last_value=Decimal(1), last_as_of=NOON))
    assert worth_keeping(before, replace(before, armed=False))
