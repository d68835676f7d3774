"""The gauge as a daily series: known steps, carried for a week, never from the future."""

import numpy as np

from shared.domain.indices.numeric.exposures import by_gauge
from shared.domain.indices.numeric.gauge import CARRIED_DAYS, on_days
from shared.domain.indices.rules import LINEAR

DAYS = np.arange(np.datetime64("2026-01-01"), np.datetime64("2026-01-21"))


def test_a_step_holds_for_a_week_and_no_longer() -> None:
    steps = on_days(DAYS, [(DAYS[2], -1.0)])

    assert steps is not None
    assert np.isnan(steps[:2]).all()
    assert steps[2 : 3 + CARRIED_DAYS].tolist() == [-1.0] * (CARRIED_DAYS + 1)
    assert np.isnan(steps[3 + CARRIED_DAYS :]).all()


def test_the_newest_step_counts_in_whatever_order_they_come() -> None:
    steps = on_days(DAYS, [(DAYS[5], 2.0), (DAYS[3], 1.0)])

    assert steps is not None
    assert steps[3:7].tolist() == [1.0, 1.0, 2.0, 2.0]


def test_steps_of_other_days_are_no_gauge() -> None:
    assert on_days(DAYS, []) is None
    assert on_days(DAYS, [(np.datetime64("2020-01-01"), 1.0), (np.datetime64("2027-01-01"), 1.0)]) is None


def test_each_step_has_its_level_and_the_unknown_stays_unknown() -> None:
    levels = by_gauge(np.array([-2.0, -1.0, 0.0, 1.0, 2.0, np.nan, 7.0]), LINEAR)

    assert levels[:5].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert np.isnan(levels[5])
    assert levels[6] == 1.0
