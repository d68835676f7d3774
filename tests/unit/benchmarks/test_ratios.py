"""Ratios of interleaved rounds."""

import pytest

from benchmarks.ratios import Spread, paired, spread


def test_a_slow_minute_of_the_machine_cancels_within_its_pair() -> None:
    ours, rivals = [100.0, 10.0, 100.0], [10.0, 1.0, 10.0]

    assert paired(ours, rivals) == Spread(10, 10, 10)


def test_the_ratio_is_the_median_of_ratios_and_not_the_ratio_of_medians() -> None:
    ours, rivals = [2.0, 30.0, 8.0], [1.0, 10.0, 2.0]

    assert paired(ours, rivals) == Spread(3, 2, 4)


def test_rounds_without_a_partner_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        paired([1.0, 2.0], [1.0])


def test_no_rounds_have_no_median() -> None:
    with pytest.raises(ValueError, match="no rounds"):
        spread([])
