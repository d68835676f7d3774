"""A refresh is judged by its promise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.status.refreshes import Runs, refresh_status
from shared.records.refresh import RefreshReport, SourceReport
from tests.clocks import NOON

PROMISE = timedelta(seconds=60)
GOOD = RefreshReport(
    refresh="refresh_market",
    key="12:00",
    started_at=NOON,
    finished_at=NOON + timedelta(seconds=2),
    outcome="succeeded",
    steps={"fetch": 1500.0, "store": 80.5},
    rows=250,
    sources=(SourceReport(provider="binance", rows=250, latency_ms=90.0),),
    unmatched=4,
)


def test_a_refresh_that_never_ran_is_listed_and_late() -> None:
    status = refresh_status("refresh_market", PROMISE, Runs(), now=NOON)

    assert (status.last_success_at, status.age_s, status.rows, status.last_run) == (None, None, None, None)
    assert status.late


@pytest.mark.parametrize(("age_s", "late"), [(0, False), (61, False), (180, False), (181, True)])
def test_a_refresh_is_late_when_nothing_succeeded_within_three_promises(age_s: int, late: bool) -> None:
    now = NOON + timedelta(seconds=2 + age_s)

    status = refresh_status("refresh_market", PROMISE, Runs(GOOD, GOOD), now=now)

    assert (status.age_s, status.late) == (age_s, late)


def test_a_failed_run_shows_its_errors_beside_the_last_success() -> None:
    refused = SourceReport(provider="coincap", rows=0, latency_ms=None, error="refused", error_code="refused")
    failed = replace(
        GOOD, key="12:01", started_at=NOON + PROMISE, finished_at=None, outcome="failed", rows=0, sources=(refused,)
    )

    status = refresh_status("refresh_market", PROMISE, Runs(failed, GOOD), now=NOON + PROMISE)

    assert status.rows == 250
    assert status.last_success_at == GOOD.finished_at
    assert status.last_run is not None
    assert (status.last_run.outcome, status.last_run.rows, status.last_run.duration_ms) == ("failed", 0, None)
    assert status.last_run.sources[0].error is not None
    assert status.last_run.sources[0].error.code == "refused"


def test_a_run_is_told_with_its_steps_in_order() -> None:
    run = refresh_status("refresh_market", PROMISE, Runs(GOOD, GOOD), now=NOON).last_run

    assert run is not None
    assert list(run.steps.items()) == [("fetch", 1500.0), ("store", 80.5)]
    assert (run.duration_ms, run.unmatched) == (2000, 4)


def test_a_success_stamped_ahead_of_our_clock_is_zero_seconds_old() -> None:
    status = refresh_status("refresh_market", PROMISE, Runs(GOOD, GOOD), now=NOON)

    assert status.age_s == 0
