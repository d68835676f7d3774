"""The gauge as a daily series: first judgements, carried for a week, never from the future."""

from datetime import timedelta

import numpy as np

from shared.db.engine import Database
from shared.domain.indices.numeric.exposures import by_gauge
from shared.domain.indices.numeric.gauge import CARRIED_DAYS, StoredGauge, carried, on_days
from shared.domain.indices.rules import LINEAR
from tests.clocks import NOON
from tests.databases import Place

DAYS = np.arange(np.datetime64("2026-01-01"), np.datetime64("2026-01-21"))


def test_a_step_holds_for_a_week_and_no_longer() -> None:
    steps = on_days(DAYS, [(DAYS[2], -1.0)])

    assert steps is not None
    held = carried(steps)
    assert np.isnan(held[:2]).all()
    assert held[2 : 3 + CARRIED_DAYS].tolist() == [-1.0] * (CARRIED_DAYS + 1)
    assert np.isnan(held[3 + CARRIED_DAYS :]).all()


def test_the_newest_step_counts_in_whatever_order_they_come() -> None:
    steps = on_days(DAYS, [(DAYS[5], 2.0), (DAYS[3], 1.0)])

    assert steps is not None
    assert carried(steps)[3:7].tolist() == [1.0, 1.0, 2.0, 2.0]


def test_steps_of_other_days_are_no_gauge() -> None:
    assert on_days(DAYS, []) is None
    assert on_days(DAYS, [(np.datetime64("2020-01-01"), 1.0), (np.datetime64("2027-01-01"), 1.0)]) is None


def test_each_step_has_its_level_and_the_unknown_stays_unknown() -> None:
    levels = by_gauge(np.array([-2.0, -1.0, 0.0, 1.0, 2.0, np.nan, 7.0]), LINEAR)

    assert levels[:5].tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert np.isnan(levels[5])
    assert levels[6] == 1.0


def judged(place: Place, day: np.datetime64, gauge: str | None, version: str, *, hours: int) -> None:
    """Store a judgement that was known so many hours after the day's end."""
    known_at = NOON.replace(month=1, day=1, hour=0) + timedelta(
        days=int((day - DAYS[0]) / np.timedelta64(1, "D")) + 1, hours=hours
    )
    told = "NULL, 'too little'" if gauge is None else f"'{gauge}', NULL"
    weights = "NULL, NULL, NULL" if gauge is None else "0.5, 0.25, 0.25"
    place.run(
        "INSERT INTO regime_days (day, known_at, version, inputs, gauge, reason, bull, neutral, bear)"  # noqa: S608
        f" VALUES ('{day}', '{known_at}', '{version}', 'x', {told}, {weights})"
    )


async def test_the_first_judgement_of_a_day_counts_as_far_as_it_was_known(place: Place, reading: Database) -> None:
    judged(place, DAYS[0], "strong_bullish", "1", hours=1)
    judged(place, DAYS[0], "bearish", "2", hours=500)
    judged(place, DAYS[1], None, "1", hours=1)
    judged(place, DAYS[2], "bearish", "1", hours=1)
    gauge = StoredGauge(reading)

    all_of_it = await gauge.steps(DAYS, as_of=NOON)
    early = await gauge.steps(DAYS, as_of=NOON.replace(month=1, day=2))

    assert all_of_it is not None
    assert np.nan_to_num(all_of_it[:4], nan=9).tolist() == [2.0, 9, -1.0, 9]
    assert early is not None
    assert np.isfinite(early).sum() == 1


async def test_where_no_regime_was_ever_judged_there_is_no_gauge(reading: Database) -> None:
    assert await StoredGauge(reading).steps(DAYS, as_of=NOON) is None
