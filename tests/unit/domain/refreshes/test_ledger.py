"""A run is done once, however often it is delivered, and never lost."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shared.cache.embedded import EmbeddedDocuments
from shared.domain.refreshes.ledger import RunLedger
from shared.records.refresh import RefreshReport, report_from_fields
from tests.clocks import SteppingClock

LEASE = timedelta(seconds=60)
KEY = "refresh-market@2026-03-01T12:00:00Z"


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
async def documents(tmp_path: Path, clock: SteppingClock) -> AsyncIterator[EmbeddedDocuments]:
    store = EmbeddedDocuments(tmp_path / "documents.db", clock=clock)
    yield store
    await store.close()


@pytest.fixture
def ledger(documents: EmbeddedDocuments, clock: SteppingClock) -> RunLedger:
    return RunLedger(documents, clock, refresh="refresh_market", lease=LEASE)


async def test_a_second_delivery_is_answered_with_the_first_ones_report(ledger: RunLedger) -> None:
    first = await ledger.claim(KEY)
    await ledger.finish(replace(first.report, outcome="succeeded", rows=250))

    second = await ledger.claim(KEY)

    assert first.granted
    assert not second.granted
    assert (second.report.outcome, second.report.rows) == ("succeeded", 250)


async def test_while_one_instance_is_at_it_the_other_keeps_off(ledger: RunLedger) -> None:
    await ledger.claim(KEY)

    second = await ledger.claim(KEY)

    assert (second.granted, second.report.outcome) == (False, "running")


async def test_an_abandoned_run_is_taken_over_when_its_lease_is_out(ledger: RunLedger, clock: SteppingClock) -> None:
    await ledger.claim(KEY)
    clock.advance(LEASE)

    taken, late = await ledger.claim(KEY), await ledger.claim(KEY)

    assert (taken.granted, late.granted) == (True, False)


async def test_a_failed_run_is_tried_again(ledger: RunLedger) -> None:
    first = await ledger.claim(KEY)
    await ledger.finish(replace(first.report, outcome="failed"))

    assert (await ledger.claim(KEY)).granted


async def test_runs_of_other_times_are_other_runs(ledger: RunLedger) -> None:
    await ledger.claim(KEY)

    assert (await ledger.claim(KEY.replace("12:00", "12:01"))).granted


async def test_a_failure_does_not_erase_the_latest_success(ledger: RunLedger, documents: EmbeddedDocuments) -> None:
    good = await ledger.claim(KEY)
    await ledger.finish(replace(good.report, outcome="degraded", rows=9))
    bad = await ledger.claim(KEY + "later")
    await ledger.finish(replace(bad.report, outcome="failed"))

    status = await documents.get("refresh_status/refresh_market")

    assert status is not None
    assert _report(status.fields["last"]).outcome == "failed"
    assert _report(status.fields["last_success"]).rows == 9


async def test_with_documents_away_a_run_goes_on_unrecorded(tmp_path: Path, clock: SteppingClock) -> None:
    (tmp_path / "folder").mkdir()
    away = EmbeddedDocuments(tmp_path / "folder", clock=clock)
    ledger = RunLedger(away, clock, refresh="refresh_market", lease=LEASE)

    claim = await ledger.claim(KEY)
    await ledger.finish(claim.report)

    assert claim.granted


def _report(fields: object) -> RefreshReport:
    assert isinstance(fields, dict)
    return report_from_fields(fields)
