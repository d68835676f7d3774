"""The refresh of predictions over a real database: what it says, what it writes down, and what came of it."""

import math
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from functions.refresh_predictions.refresh import NO_MODEL
from shared.domain.ml.grading import LATE_DAYS
from shared.domain.ml.horizon import KNOWN_AFTER_DAYS
from shared.domain.ml.records_told import LiveRecord
from shared.domain.panels.panel import Panel
from tests.clocks import NOON, SteppingClock
from tests.databases import Place
from tests.fakes_documents import MemoryDocuments
from tests.models import artifact, stored
from tests.panels import store
from tests.predictions import YOUNG, forget_after, market, predicted
from tests.scored import stablecoin

DAY = timedelta(days=1)
FRIDAY = NOON - 2 * DAY
"""The day before is a Thursday, which counts in the record in service."""
SAID = "token_id, probability, expected_return_pct, lower_pct, upper_pct, lower_95_pct, upper_95_pct, contributions, reason"
NEWEST = f"SELECT {SAID} FROM token_predictions ORDER BY token_id"  # noqa: S608
LOG = "SELECT day, token_id, model_id, probability FROM prediction_log ORDER BY entry"
GRADES = (
    "SELECT day, token_id, return_pct FROM prediction_log JOIN prediction_grades USING (entry) ORDER BY day, token_id"
)
STAMP = "SELECT refreshed_at FROM datasets WHERE dataset = 'refresh_predictions'"


def counted(place: Place, table: str) -> int:
    return int(str(place.run(f"SELECT count(*) FROM {table}")[0][0]))  # noqa: S608


async def test_without_a_model_nothing_is_predicted_and_nothing_has_failed(place: Place) -> None:
    store(place, market(3))

    report = await predicted(place, SteppingClock())

    assert (report.outcome, report.rows, report.detail) == ("succeeded", 0, NO_MODEL)
    assert list(report.steps) == ["model"]
    assert (counted(place, "token_predictions"), place.run(STAMP)) == (0, [])


async def test_without_tokens_it_fails_and_says_so(place: Place) -> None:
    stored(place, artifact())

    report = await predicted(place, SteppingClock())

    assert (report.outcome, report.detail) == (
        "failed",
        "There are no tokens with a quote yet; nothing was written",
    )


@pytest.mark.parametrize("broken", ["\\x00", "\\x1f8b", ""])
async def test_a_model_that_cannot_be_read_is_said_to_be_that(place: Place, broken: str) -> None:
    stored(place, artifact())
    store(place, market(3))
    place.run(f"UPDATE ml_models SET artifact = '{broken}'")  # noqa: S608

    report = await predicted(place, SteppingClock())

    assert report.outcome == "failed"
    assert (report.detail or "").startswith("The serving model cannot be read")
    assert counted(place, "token_predictions") == 0


async def test_a_model_of_other_formulas_is_not_asked(place: Place) -> None:
    stored(place, artifact(version="0"))
    store(place, market(3))

    report = await predicted(place, SteppingClock())

    assert report.outcome == "failed"
    assert "version 0 of the data points" in (report.detail or "")
    assert counted(place, "token_predictions") == 0


async def test_the_same_numbers_are_not_written_again_and_still_count_as_fresh(place: Place) -> None:
    clock = SteppingClock()
    stored(place, artifact())
    store(place, market(5))
    first = await predicted(place, clock, key="1")
    before = place.run(f"SELECT xmin, computed_at, {SAID} FROM token_predictions ORDER BY token_id")  # noqa: S608
    clock.advance(timedelta(hours=1))

    again = await predicted(place, clock, key="2")

    assert (first.rows, again.rows) == (4, 0)
    assert again.detail == "nothing that predictions are made of has changed, 0 graded"
    assert place.run(f"SELECT xmin, computed_at, {SAID} FROM token_predictions ORDER BY token_id") == before  # noqa: S608
    assert place.run(STAMP) == [[clock.now()]]


async def test_a_second_delivery_is_answered_with_the_first_ones_report(place: Place) -> None:
    stored(place, artifact())
    store(place, market(3))
    documents, clock = MemoryDocuments(), SteppingClock()

    first = await predicted(place, clock, documents=documents)
    second = await predicted(place, clock, documents=documents)

    assert second == first
    assert first.outcome == "succeeded"


async def test_kinds_of_data_do_not_mix(place: Place) -> None:
    clock = SteppingClock()
    stored(place, artifact())
    store(place, market(3))
    await predicted(place, clock, key="1")
    before = place.run(NEWEST)
    clock.advance(DAY)

    report = await predicted(place, clock, key="2", source="replay")

    assert report.outcome == "failed"
    assert "settings" in (report.detail or "")
    assert place.run(NEWEST) == before


async def test_what_comes_later_changes_nothing_of_what_was_predicted(place: Place) -> None:
    stored(place, artifact())
    store(place, market(12, last=NOON + 10 * DAY))
    clock = SteppingClock()
    await predicted(place, clock, key="with what came")
    with_it = place.run(NEWEST)
    forget_after(place, NOON)
    place.run("DELETE FROM token_predictions; DELETE FROM prediction_runs")

    await predicted(place, clock, key="without")

    assert place.run(NEWEST) == with_it
    assert sum(row[1] is not None for row in with_it) == 11


async def test_hours_of_one_day_are_written_down_once_as_they_were_first_said(place: Place) -> None:
    clock = SteppingClock()
    stored(place, artifact())
    store(place, market(6))
    await predicted(place, clock, key="1")
    newest, log = place.run(NEWEST), place.run(LOG)
    clock.advance(timedelta(hours=1))
    place.run("UPDATE candles SET close = low, known_at = '2026-03-01 12:30Z' WHERE opened_at = '2026-02-28 00:00Z'")

    await predicted(place, clock, key="2")

    assert place.run(NEWEST) != newest
    assert place.run(LOG) == log
    assert [row[1] for row in log] == ["bitcoin", "token-1", "token-2", "token-3", "token-5"]
    assert {row[0] for row in log} == {date(2026, 2, 28)}


async def test_the_log_cannot_be_rewritten(place: Place) -> None:
    stored(place, artifact())
    store(place, market(3))
    await predicted(place, SteppingClock())

    with pytest.raises(Exception, match="prediction_log"):
        place.run("UPDATE prediction_log SET probability = 1")


async def test_another_model_predicts_and_logs_beside_the_one_before(place: Place) -> None:
    clock = SteppingClock()
    store(place, market(3))
    stored(place, artifact("first"))
    await predicted(place, clock, key="1")
    stored(place, artifact("second", skill=False))
    clock.advance(timedelta(hours=1))

    report = await predicted(place, clock, key="2")

    assert report.rows == 3
    assert {row[2] for row in place.run(LOG)} == {"first", "second"}
    assert place.run("SELECT DISTINCT model_id FROM token_predictions") == [["second"]]
    assert place.run("SELECT count(DISTINCT probability) FROM token_predictions") == [[1]]


def market_returns(panel: Panel, left_out: set[str]) -> Any:
    """Return each day's return of all tokens but some, weighted by yesterday's capitalisation; NaN on the first."""
    kept = [column for column, name in enumerate(panel.token_ids) if name not in left_out]
    close, cap = panel.close[:, kept], panel.market_cap_usd[:, kept]
    moves = close[1:] / close[:-1] - 1
    weights = np.where(np.isfinite(moves) & np.isfinite(cap[:-1]), cap[:-1], 0.0)
    return np.concatenate([[np.nan], np.nansum(weights * np.nan_to_num(moves), axis=1) / weights.sum(axis=1)])


async def test_what_came_of_a_prediction_is_told_when_its_days_are_over(place: Place) -> None:
    panel = market(12, days=90, last=NOON + 20 * DAY)
    store(place, panel)
    stablecoin(place, "token-3")
    stored(place, artifact())
    clock = SteppingClock(FRIDAY)
    await predicted(place, clock, key="said")
    said = {str(row[1]): float(str(row[3])) for row in place.run(LOG)}
    clock.advance(timedelta(days=KNOWN_AFTER_DAYS - 1))
    early = await predicted(place, clock, key="a day too early")
    nothing = place.run(GRADES)
    clock.advance(DAY)

    report = await predicted(place, clock, key="over")

    assert (early.detail or "").endswith("0 graded")
    assert nothing == []
    assert (report.detail or "").endswith(f"{len(said)} graded")
    assert set(said) == set(panel.token_ids) - {"token-3", YOUNG}
    row = panel.days.tolist().index(date(2026, 2, 26))
    together = np.prod(1 + market_returns(panel, {"token-3"})[row + 2 : row + 9])
    graded = {str(token_id): float(str(value)) for _, token_id, value in place.run(GRADES)}
    assert set(graded) == set(said)
    for token_id, value in graded.items():
        column = panel.token_ids.index(token_id)
        own = panel.close[row + 8, column] / panel.close[row + 1, column]
        assert value == pytest.approx(100 * (own / together - 1), abs=1e-7)
    record = LiveRecord.model_validate(place.run("SELECT record FROM model_live_records")[0][0])
    assert (record.start, record.end, record.days, record.predictions) == (
        date(2026, 2, 26),
        date(2026, 2, 26),
        1,
        len(said),
    )
    squares = [(said[name] - (value > 0)) ** 2 for name, value in graded.items()]
    assert record.brier is not None
    assert record.brier.value == pytest.approx(sum(squares) / len(squares))
    assert record.brier.base == pytest.approx(
        sum((0.48 - (value > 0)) ** 2 for value in graded.values()) / len(squares)
    )
    assert record.base_rate == pytest.approx(sum(value > 0 for value in graded.values()) / len(graded))
    assert record.interval_score is not None
    assert (record.interval_score.base, record.lost) == (None, 0)


async def test_grading_again_adds_nothing_and_only_thursdays_count_in_the_record(place: Place) -> None:
    store(place, market(4, days=90, last=NOON + 20 * DAY))
    stored(place, artifact())
    clock = SteppingClock(FRIDAY)
    for _ in range(3):
        await predicted(place, clock, key=f"said on {clock.now()}")
        clock.advance(DAY)
    clock.advance(timedelta(days=KNOWN_AFTER_DAYS))
    first = await predicted(place, clock, key="graded")
    grades = place.run("SELECT * FROM prediction_grades ORDER BY entry")
    clock.advance(timedelta(hours=1))

    again = await predicted(place, clock, key="graded again")

    assert (first.detail or "").endswith(" 12 graded")
    assert (again.detail or "").endswith(" 0 graded")
    assert place.run("SELECT * FROM prediction_grades ORDER BY entry") == grades
    assert place.run("SELECT record -> 'days', record -> 'predictions' FROM model_live_records") == [[1, 4]]


async def test_a_token_that_is_gone_is_waited_for_and_then_given_up(place: Place) -> None:
    panel = market(6, days=90, last=NOON + 20 * DAY)
    gone = panel.close.copy()
    gone[panel.days.tolist().index(date(2026, 2, 28)) :, 2] = np.nan
    object.__setattr__(panel, "close", gone)
    store(place, panel)
    stored(place, artifact())
    clock = SteppingClock(FRIDAY)
    await predicted(place, clock, key="said")
    clock.advance(timedelta(days=KNOWN_AFTER_DAYS + 1))
    waiting = await predicted(place, clock, key="waiting")
    waited_for = {str(row[1]): row[2] for row in place.run(GRADES) if row[0] == date(2026, 2, 26)}
    clock.advance(timedelta(days=LATE_DAYS))

    await predicted(place, clock, key="given up")

    assert waiting.outcome == "succeeded"
    assert "token-2" not in waited_for
    given_up = {str(row[1]): row[2] for row in place.run(GRADES) if row[0] == date(2026, 2, 26)}
    assert given_up.pop("token-2") is None
    assert given_up == waited_for
    assert all(math.isfinite(float(str(value))) for value in given_up.values())
    assert place.run("SELECT record -> 'lost', record -> 'predictions' FROM model_live_records") == [[1, 4]]


async def test_grades_go_with_what_they_grade(place: Place) -> None:
    store(place, market(3, days=90, last=NOON + 20 * DAY))
    stored(place, artifact())
    clock = SteppingClock(FRIDAY)
    await predicted(place, clock, key="said")
    clock.advance(timedelta(days=KNOWN_AFTER_DAYS + 1))
    await predicted(place, clock, key="graded")
    before = counted(place, "prediction_grades")

    place.run("DELETE FROM prediction_log WHERE day = '2026-02-26'")

    assert (before, counted(place, "prediction_grades")) == (3, 0)
