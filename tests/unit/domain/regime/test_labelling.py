"""Judgements: right where the truth is known, blind to the future, and clear about what they do not know."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from shared.domain.panels.panel import Panel
from shared.domain.regime.numeric.labelling import Judgement, judged
from shared.domain.regime.numeric.scoring import Score
from tests.panels import panel_of, walks
from tests.regimes import compared, seen

STRONG = {"strong_bullish", "strong_bearish"}


def numbers(judgement: Judgement) -> list[float | None]:
    return [
        judgement.bull,
        judgement.neutral,
        judgement.bear,
        judgement.evidence,
        judgement.confluence,
        judgement.lean,
        judgement.carried,
        *(judgement.contributions or {}).values(),
        *(judgement.values or {}).values(),
        *(judgement.flips or {}).values(),
    ]


@pytest.fixture(scope="module")
def history() -> Panel:
    return walks(900, 8)


@pytest.fixture(scope="module")
def judgements(history: Panel) -> list[Judgement]:
    return judged(history)


@pytest.mark.parametrize("seed", [101, 103])
def test_known_phases_are_found_better_than_by_the_moving_average(seed: int) -> None:
    ours, switch = compared(seed, 1_700)

    # One market of 900 days says little: the marks are for twenty of twelve years.
    assert ours.balanced_accuracy > max(0.65, switch.balanced_accuracy)
    assert np.median(ours.lags_days) <= min(20, np.median(switch.lags_days))
    assert ours.false_flips_a_year < 4.5


@pytest.mark.slow
def test_over_twenty_markets_the_marks_are_reached() -> None:
    # Seeds that nothing was ever set on: docs/science/regime.md.
    pairs = [compared(seed, 4_000) for seed in range(41, 61)]

    ours, switch = (over(side) for side in zip(*pairs, strict=True))
    (accuracy, lag, flips), (less, later, more) = ours, switch
    assert accuracy >= 0.8
    assert lag <= 15
    assert flips < 4
    assert accuracy > less
    assert lag < later
    assert flips < more


def over(scores: Sequence[Score]) -> tuple[float, float, float]:
    """Return the mean accuracy, the median lag of all phases and the mean false flips a year."""
    return (
        float(np.mean([each.balanced_accuracy for each in scores])),
        float(np.median([lag for each in scores for lag in each.lags_days])),
        float(np.mean([each.false_flips_a_year for each in scores])),
    )


@pytest.mark.parametrize("cut", [366, 380, 500, 729, 800, 899])
def test_cutting_the_future_off_changes_no_judgement(history: Panel, judgements: list[Judgement], cut: int) -> None:
    assert judged(history.until(cut)) == judgements[:cut]


@pytest.mark.slow
def test_cutting_the_future_off_at_200_days_changes_no_judgement() -> None:
    panel, _ = seen(7, 900)
    whole = judged(panel)

    for cut in np.random.default_rng(7).integers(1, 900, 200).tolist():
        assert judged(panel.until(cut)) == whole[:cut]


def test_contributions_and_what_was_carried_add_up_to_the_lean(judgements: list[Judgement]) -> None:
    told = [each for each in judgements if each.gauge is not None]

    assert len(told) > 500
    for each in told:
        assert each.lean == pytest.approx(sum((each.contributions or {}).values()) + (each.carried or 0), abs=1e-9)
        assert (each.bull or 0) + (each.neutral or 0) + (each.bear or 0) == pytest.approx(1, abs=1e-9)


def test_random_walks_have_hardly_a_strong_regime() -> None:
    share = [share_of_strong(walks(1_500, 6, seed=seed)) for seed in range(3)]

    assert np.mean(share) <= 0.05, share


@pytest.mark.slow
def test_twenty_random_walks_have_hardly_a_strong_regime() -> None:
    share = [share_of_strong(walks(1_500, 6, seed=seed)) for seed in range(100, 120)]

    assert np.mean(share) <= 0.05, share


def share_of_strong(panel: Panel) -> float:
    told = [each for each in judged(panel) if each.gauge is not None]
    return sum(each.gauge in STRONG for each in told) / len(told)


def test_the_value_that_flips_a_side_brings_the_lean_to_the_other_band(judgements: list[Judgement]) -> None:
    told = [each for each in judgements if each.flips and "trend_15d" in each.flips and each.gauge != "neutral"]

    assert len(told) > 200
    for each in told:
        assert each.values
        assert each.flips
        assert each.contributions
        assert each.band
        value, goal = each.values["trend_15d"], -each.band if "bull" in str(each.gauge) else each.band
        changed = each.contributions["trend_15d"] * ((each.flips["trend_15d"] / (value or 1)) - 1)
        if abs(value or 0) > 1e-3 and abs(each.flips["trend_15d"]) < 0.4:
            assert (each.lean or 0) + changed == pytest.approx(goal, abs=1e-6)


@pytest.mark.parametrize("days", [0, 1, 13, 365])
def test_too_short_a_history_is_unknown(days: int) -> None:
    found = judged(walks(days, 6)) if days else judged(panel_of(np.empty((0, 3))))

    assert len(found) == days
    assert all(each.gauge is None and each.reason for each in found)


@pytest.mark.parametrize(
    "close", [np.full((800, 5), 7.0), np.full((800, 5), np.nan), np.zeros((800, 5)), np.empty((800, 0))]
)
def test_markets_that_do_not_move_or_are_not_there_are_unknown(close: np.ndarray) -> None:
    found = judged(panel_of(close))

    assert len(found) == 800
    assert all(each.gauge is None and each.reason for each in found)


def test_holes_are_unknown_days_and_nothing_is_ever_not_a_number() -> None:
    panel = walks(800, 8)
    close = panel.close.copy()
    close[600:605] = np.nan
    close[100:200, 1:3] = np.nan
    close[700, 2] *= 1000

    found = judged(replace(panel, close=close))

    assert {found[day].gauge for day in range(600, 606)} == {None}
    assert found[620].gauge is not None
    assert all(number is None or np.isfinite(number) for each in found for number in numbers(each))


def test_a_redenomination_is_no_move_of_the_market() -> None:
    panel = walks(800, 6)
    close = panel.close.copy()
    close[700:, 2] *= 1000

    ours = [each.gauge for each in judged(replace(panel, close=close))]
    plain = [each.gauge for each in judged(panel)]

    assert np.mean([one == other for one, other in zip(ours, plain, strict=True)]) > 0.95
