"""The walk forward: nothing depends on what comes later, and nothing crosses the gap between learning and testing."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from shared.domain.ml.numeric.rows import Rows
from shared.domain.ml.numeric.walking import Calibration, FoldResult, forecasts_of, nested, walked
from shared.domain.panels.panel import Panel
from tests.learning import noise, rows_of

DAYS, TOKENS, MOST, ROUNDS = 300, 44, 38, 4
END = np.datetime64("2100-01-01")


@pytest.fixture(scope="module")
def panel() -> Panel:
    return noise(days=DAYS, tokens=TOKENS)


@pytest.fixture(scope="module")
def rows(panel: Panel) -> Rows:
    return rows_of(panel, most_a_day=MOST)


@pytest.fixture(scope="module")
def whole(rows: Rows) -> list[FoldResult]:
    return list(walked(rows, end=END, rounds=ROUNDS))


def cuts(number: int) -> list[int]:
    return [int(each) for each in np.random.default_rng(11).integers(40, DAYS, number)]


def unlike(cut: int, panel: Panel, rows: Rows, whole: Sequence[FoldResult]) -> list[str]:
    """Return what of the days before a cut is not what it was when nobody knew of any later day, bit for bit."""
    early = rows_of(panel.until(cut), most_a_day=MOST)
    count = len(early.days)
    found = [] if np.array_equal(early.values, rows.values[:count], equal_nan=True) else ["features"]
    known = np.isfinite(early.labels)
    if (
        not np.array_equal(early.labels[known], rows.labels[:count][known])
        or not known[early.days < early.days.max() - 8].any()
    ):
        found.append("labels")
    if list(early.token_ids) != list(rows.token_ids[:count]):
        found.append("tokens")
    told = list(nested(list(walked(early, end=END, rounds=ROUNDS))))
    for (mine, forecasts), (theirs, later) in zip(told, nested(whole), strict=False):
        size = len(mine.rows.days)
        if (mine.fold.start, mine.learned_through, mine.base) != (
            theirs.fold.start,
            theirs.learned_through,
            theirs.base,
        ):
            found.append("folds")
        if any(not np.array_equal(getattr(mine.said, name), getattr(theirs.said, name)[:size]) for name in NAMES):
            found.append("what boosters say")
        if (forecasts is None) != (later is None) or (
            forecasts is not None
            and later is not None
            and not np.array_equal(forecasts.probability, later.probability[:size])
        ):
            found.append("predictions")
    return found


NAMES = ("raw", "centre", "lower", "upper")


@pytest.mark.parametrize("cut", [60, *cuts(4), DAYS - 1])
def test_cutting_the_future_off_changes_nothing_before(
    cut: int, panel: Panel, rows: Rows, whole: list[FoldResult]
) -> None:
    assert unlike(cut, panel, rows, whole) == []


@pytest.mark.slow
def test_cutting_the_future_off_at_any_of_two_hundred_days_changes_nothing_before(
    panel: Panel, rows: Rows, whole: list[FoldResult]
) -> None:
    assert {cut: found for cut in set(cuts(200)) if (found := unlike(cut, panel, rows, whole))} == {}


def test_the_comparison_would_notice_a_look_ahead(panel: Panel, rows: Rows, whole: list[FoldResult]) -> None:
    close = panel.close.copy()
    close[150:] *= np.linspace(1, 2, DAYS - 150)[:, None] ** np.arange(TOKENS)
    told_later = rows_of(replace(panel, close=close), most_a_day=MOST)
    leaked = replace(rows, values=np.where(np.isnan(rows.values), np.nan, rows.values + told_later.labels[:, None]))

    assert "features" in unlike(200, panel, leaked, whole)


def test_a_fold_learns_nothing_from_the_days_of_purge_and_embargo(rows: Rows, whole: list[FoldResult]) -> None:
    fold = whole[1].fold
    days = (fold.start - rows.days) / np.timedelta64(1, "D")
    gap = (days > 0) & (days < 15)
    spoilt = replace(rows, labels=np.where(gap, 99.0, rows.labels))

    again = list(walked(spoilt, end=fold.end, rounds=ROUNDS))[1]

    assert gap.sum() >= 30
    assert again.fold == fold
    assert np.array_equal(again.said.raw, whole[1].said.raw)
    assert np.array_equal(again.said.upper, whole[1].said.upper)


def test_a_fold_does_learn_from_the_days_before_the_gap(rows: Rows, whole: list[FoldResult]) -> None:
    fold = whole[1].fold
    days = (fold.start - rows.days) / np.timedelta64(1, "D")
    spoilt = replace(rows, labels=np.where((days >= 15) & (days < 29), 99.0, rows.labels))

    again = list(walked(spoilt, end=fold.end, rounds=ROUNDS))[1]

    assert not np.array_equal(again.said.raw, whole[1].said.raw)


def test_a_fold_is_calibrated_by_outcomes_that_were_known_before_it_alone(whole: list[FoldResult]) -> None:
    third = whole[2]
    days = (third.fold.start - whole[1].rows.days) / np.timedelta64(1, "D")
    spoilt = replace(whole[1], rows=replace(whole[1].rows, labels=np.where(days < 15, 99.0, whole[1].rows.labels)))

    told, again = (list(nested([whole[0], each, third]))[2][1] for each in (whole[1], spoilt))

    assert (days < 15).any()
    assert told is not None
    assert again is not None
    assert np.array_equal(told.intervals, again.intervals)
    assert np.array_equal(told.probability, again.probability)


def test_a_score_that_says_nothing_is_told_as_the_base_rate(whole: list[FoldResult]) -> None:
    told = forecasts_of(whole[0], Calibration(slope=0.0, intercept=3.0, widths=(0.1, 0.2)))

    assert set(told.probability.tolist()) == {whole[0].base.rate}
