"""A failing provider is left alone, longer each time, and tried by one request at a time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.providers import circuit
from shared.records.provider import ProviderState
from tests.clocks import NOON

HEALTHY = ProviderState(provider="binance")
MINUTE = timedelta(minutes=1)


def after_failures(count: int) -> ProviderState:
    state = HEALTHY
    for _ in range(count):
        state = circuit.failed(state, at=NOON)
    return state


def test_one_failure_opens_nothing() -> None:
    assert circuit.standing(after_failures(1), NOON) == "ready"


def test_the_second_failure_in_a_row_opens_the_circuit_for_a_minute() -> None:
    state = after_failures(2)

    assert circuit.standing(state, NOON + MINUTE - timedelta(seconds=1)) == "waiting"
    assert circuit.standing(state, NOON + MINUTE) == "trial"


@pytest.mark.parametrize(("failures", "seconds"), [(2, 60), (3, 120), (4, 240), (5, 480), (6, 900), (500, 900)])
def test_the_cooldown_doubles_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert circuit.cooldown(failures) == timedelta(seconds=seconds)


def test_success_closes_the_circuit_and_forgets_the_failures() -> None:
    state = circuit.succeeded(after_failures(4), asked_at=NOON + MINUTE)

    assert (state.circuit, state.open_until, state.consecutive_failures) == ("closed", None, 0)


def test_patience_opens_for_as_long_as_demanded_and_is_no_failure() -> None:
    state = circuit.patient(HEALTHY, at=NOON, retry_after=timedelta(seconds=119))

    assert (state.open_until, state.consecutive_failures) == (NOON + timedelta(seconds=119), 0)
    assert circuit.standing(state, NOON + timedelta(seconds=118)) == "waiting"


def test_a_failure_does_not_shorten_demanded_patience() -> None:
    state = circuit.patient(HEALTHY, at=NOON, retry_after=timedelta(hours=1))

    state = circuit.failed(state, at=NOON)

    assert state.open_until == NOON + timedelta(hours=1)


def test_a_failed_trial_waits_twice_as_long_from_now_on() -> None:
    later = NOON + MINUTE
    trying = circuit.trying(after_failures(2), until=later + timedelta(seconds=20))

    state = circuit.failed(trying, at=later)

    assert (state.circuit, state.open_until) == ("open", later + 2 * MINUTE)


def test_a_trial_that_never_ended_is_over_when_its_time_is() -> None:
    trying = circuit.trying(after_failures(2), until=NOON + MINUTE)

    assert circuit.standing(trying, NOON) == "waiting"
    assert circuit.standing(trying, NOON + MINUTE) == "trial"


@given(st.lists(st.tuples(st.sampled_from(["succeeded", "failed", "patient"]), st.integers(1, 2000)), max_size=60))
def test_whoever_asks_by_the_rules_makes_one_trial_at_a_time(events: list[tuple[str, int]]) -> None:
    state, now = HEALTHY, NOON
    for outcome, seconds in events:
        now += timedelta(seconds=seconds)
        standing = circuit.standing(state, now)
        if standing == "waiting":
            assert state.open_until is not None
            assert state.circuit != "closed"
            continue
        if standing == "trial":
            state = circuit.trying(state, until=now + MINUTE)
            assert circuit.standing(state, now) == "waiting"
        if outcome == "succeeded":
            state = circuit.succeeded(state, asked_at=now)
            assert circuit.standing(state, now) == "ready"
        elif outcome == "failed":
            state = circuit.failed(state, at=now)
            assert state.open_until is None or state.open_until - now <= circuit.LONGEST_COOLDOWN
        else:
            state = circuit.patient(state, at=now, retry_after=MINUTE)
        assert state.circuit != "half_open"
