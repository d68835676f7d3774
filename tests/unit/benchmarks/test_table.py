"""Findings as Markdown."""

import pytest

from benchmarks.findings import Finding, at_most, times_rival
from benchmarks.ratios import Spread
from benchmarks.table import number, table

RATE = Finding(
    work="cached list",
    figure="requests/s",
    unit="",
    ours=Spread(21_000, 20_000, 22_000),
    rival=Spread(1_900, 1_800, 2_000),
    ratio=Spread(11.04, 10.2, 11.9),
    bound=times_rival(8, "at least"),
)
TAIL = Finding(work="cached list", figure="p99", unit="ms", ours=Spread(1.5, 1, 2), errors=3, bound=at_most(1))


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_finding_is_a_row_with_medians_and_both_ends() -> None:
    row = cells(table([RATE]).splitlines()[2])

    ours, rival, ratio = "21,000 (20,000..22,000)", "1,900 (1,800..2,000)", "× 11 (10.2..11.9)"
    assert row == ["cached list", "requests/s", ours, rival, ratio, "≥ × 8", "yes"]


def test_a_miss_and_its_errors_are_seen_and_what_is_not_measured_is_a_dash() -> None:
    row = cells(table([TAIL]).splitlines()[2])

    assert row == ["cached list", "p99", "1.5 ms (1..2) (3 errors)", "–", "–", "≤ 1 ms", "**no**"]


def test_work_is_named_once_and_columns_stand_below_each_other() -> None:
    lines = table([RATE, TAIL]).splitlines()

    assert cells(lines[3])[0] == ""
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [(12_345.6, "12,346"), (100, "100"), (99.94, "99.9"), (9.996, "10"), (2.5, "2.5"), (0.125, "0.125"), (0, "0")],
)
def test_numbers_have_three_digits_that_mean_something(value: float, text: str) -> None:
    assert number(value) == text
