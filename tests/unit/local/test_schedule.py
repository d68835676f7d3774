from datetime import UTC, datetime, timedelta

import pytest

from local.schedule import Job, Run, Schedule, next_tick

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EVERY_MINUTE = Job("refresh_market", "* * * * *", "http://127.0.0.1:1", timedelta(seconds=50))


def at(minute: int, second: int = 0) -> datetime:
    return NOON + timedelta(minutes=minute, seconds=second)


def test_nothing_is_due_before_the_first_tick() -> None:
    schedule = Schedule([EVERY_MINUTE], NOON)

    assert schedule.take_due(at(0, 59)) == []


def test_a_run_is_named_by_the_tick_and_not_by_the_moment_it_starts() -> None:
    schedule = Schedule([EVERY_MINUTE], NOON)

    assert schedule.take_due(at(1, 3)) == [Run(EVERY_MINUTE, at(1))]


def test_a_tick_is_taken_once() -> None:
    schedule = Schedule([EVERY_MINUTE], NOON)
    schedule.take_due(at(1))
    schedule.finished(EVERY_MINUTE)

    assert schedule.take_due(at(1, 30)) == []


def test_the_next_run_waits_for_the_end_of_the_one_before() -> None:
    schedule = Schedule([EVERY_MINUTE], NOON)
    schedule.take_due(at(1))

    during = schedule.take_due(at(2))
    schedule.finished(EVERY_MINUTE)
    after = schedule.take_due(at(2, 20))

    assert (during, after) == ([], [Run(EVERY_MINUTE, at(2))])


def test_what_was_missed_becomes_one_run_for_the_latest_tick() -> None:
    schedule = Schedule([EVERY_MINUTE], NOON)
    schedule.take_due(at(1))
    schedule.take_due(at(5))
    schedule.finished(EVERY_MINUTE)

    assert schedule.take_due(at(7, 30)) == [Run(EVERY_MINUTE, at(7))]


def test_a_run_out_of_turn_holds_back_the_job() -> None:
    schedule = Schedule([EVERY_MINUTE], NOON)
    out_of_turn = schedule.take_now(EVERY_MINUTE, at(0, 30))

    assert out_of_turn == Run(EVERY_MINUTE, at(0, 30))
    assert schedule.take_due(at(1)) == []


@pytest.mark.parametrize(
    ("cron", "following"),
    [("* * * * *", at(1)), ("*/5 * * * *", at(5)), ("0 0 * * *", at(12 * 60)), ("30 6 * * 1", at(18 * 60 + 30))],
)
def test_cron_is_read_in_utc(cron: str, following: datetime) -> None:
    assert next_tick(cron, NOON) == following
