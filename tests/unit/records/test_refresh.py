"""A report survives the document store, and the promises told are those of the manifests."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from shared.records.refresh import (
    REFRESHES,
    RefreshReport,
    SourceReport,
    report_from_fields,
    report_to_fields,
)
from tests.clocks import NOON

REPORT = RefreshReport(
    refresh="refresh_market",
    key="market-2026-03-01T12:00:00Z",
    started_at=NOON,
    outcome="degraded",
    finished_at=NOON + timedelta(seconds=2),
    steps={"store": 81.5, "fetch": 640.25},
    rows=248,
    sources=(
        SourceReport(provider="binance", rows=248, latency_ms=120.5),
        SourceReport(provider="coincap", rows=0, latency_ms=None, error="refused", error_code="refused"),
    ),
    unmatched=3,
    detail="1 of 3 sources failed",
)


@pytest.mark.parametrize("report", [REPORT, RefreshReport(refresh="refresh_market", key="first", started_at=NOON)])
def test_a_report_comes_back_from_its_fields_as_it_was(report: RefreshReport) -> None:
    assert report_from_fields(report_to_fields(report)) == report


def test_steps_keep_their_order_in_a_store_that_sorts_the_keys_of_maps() -> None:
    sorted_by_the_store = dict(sorted(report_to_fields(REPORT).items()))

    assert list(report_from_fields(sorted_by_the_store).steps) == ["store", "fetch"]


def test_a_field_written_by_a_later_version_is_passed_over() -> None:
    fields = report_to_fields(REPORT) | {"invented_later": 1}
    fields["sources"] = [source | {"invented_later": 1} for source in fields["sources"]]

    assert report_from_fields(fields) == REPORT


def test_a_report_without_its_start_is_refused() -> None:
    fields = report_to_fields(replace(REPORT))
    del fields["started_at"]

    with pytest.raises(TypeError):
        report_from_fields(fields)


def test_every_refresh_promises_what_its_manifest_says() -> None:
    folder = Path(__file__).parents[3] / "functions"
    manifests = {path.parent.name: yaml.safe_load(path.read_text()) for path in folder.glob("*/function.yaml")}

    promised = {
        name: timedelta(seconds=each["promise_s"]) for name, each in manifests.items() if each["kind"] == "refresh"
    }

    assert dict(REFRESHES) == promised
