"""Prices that never move while their clock does are a false statement; old prices that say so are not."""

from datetime import timedelta

from shared.providers import freezing
from shared.records.provider import ProviderState
from tests.clocks import NOON
from tests.unit.providers.fakes import records

NEW = ProviderState(provider="coincap")
MINUTE = timedelta(minutes=1)


def test_the_fifth_repeat_with_a_moving_clock_is_frozen() -> None:
    state, verdicts = NEW, []
    for run in range(7):
        seen = freezing.fingerprint_of(records("coincap", 10, observed_at=NOON + run * MINUTE))
        verdicts.append(freezing.frozen(state, seen))
        state = freezing.noted(state, seen)

    assert verdicts == [False] * 5 + [True] * 2


def test_a_recorded_answer_is_accepted_for_ever() -> None:
    state = NEW
    for _ in range(50):
        seen = freezing.fingerprint_of(records("coincap", 10))
        assert not freezing.frozen(state, seen)
        state = freezing.noted(state, seen)

    assert state.fingerprint_repeats == 0


def test_one_price_that_moves_begins_the_count_anew() -> None:
    state = NEW
    for run in range(5):
        state = freezing.noted(state, freezing.fingerprint_of(records("coincap", 10, observed_at=NOON + run * MINUTE)))
    assert state.fingerprint_repeats == 4

    state = freezing.noted(state, freezing.fingerprint_of(records("coincap", 10, price="1.6")))

    assert state.fingerprint_repeats == 0


def test_few_rows_are_not_judged() -> None:
    assert freezing.fingerprint_of(records("coincap", 9)) is None
    assert freezing.noted(NEW, None) == NEW


def test_the_order_of_rows_does_not_matter() -> None:
    rows = records("coincap", 12)

    assert freezing.fingerprint_of(rows) == freezing.fingerprint_of(rows[::-1])


def test_a_few_rows_stamped_with_our_own_time_do_not_move_an_answer() -> None:
    state = NEW
    for run in range(9):
        rows = records("coincap", 9) + records("coincap", 12, observed_at=NOON + run * MINUTE)[9:]
        seen = freezing.fingerprint_of(rows)
        assert not freezing.frozen(state, seen)
        state = freezing.noted(state, seen)
