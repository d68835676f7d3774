"""A backfill's document says what was written into it."""

from dataclasses import replace
from datetime import timedelta

from shared.records.backfill import BackfillOrder, BackfillProgress, progress_from_fields, progress_to_fields, released
from tests.clocks import NOON

ORDER = BackfillOrder(
    start=NOON - timedelta(days=9), end=NOON, top=2, intervals=("1d", "1h"), chains=("bitcoin", "ethereum")
)
PROGRESS = BackfillProgress(
    name=ORDER.name,
    order=ORDER,
    tokens=("bitcoin", "ethereum"),
    units=4,
    started_at=NOON,
    updated_at=NOON,
    unit=1,
    cursor=NOON - timedelta(days=3),
    failed=("bitcoin 1d",),
    failures=1,
    holder="abc",
    lease_until=NOON + timedelta(seconds=90),
)


def test_a_document_comes_back_as_it_was() -> None:
    assert progress_from_fields(progress_to_fields(PROGRESS)) == PROGRESS


def test_fields_of_a_later_version_are_passed_over() -> None:
    fields = progress_to_fields(PROGRESS)
    fields["order"]["colour"] = fields["colour"] = "red"

    assert progress_from_fields(fields) == PROGRESS


def test_work_is_due_when_nobody_is_at_it_or_has_been_silent_for_its_lease() -> None:
    assert not PROGRESS.due(NOON)
    assert PROGRESS.due(NOON + timedelta(seconds=90))
    assert released(PROGRESS).due(NOON)
    assert not replace(released(PROGRESS), state="done").due(NOON)
