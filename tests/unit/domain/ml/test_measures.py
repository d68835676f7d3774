"""Figures against plain definitions and second implementations."""

import numpy as np
import pytest
from scipy.stats import spearmanr  # type: ignore[import-untyped]
from sklearn.metrics import brier_score_loss  # type: ignore[import-untyped]
from sklearn.metrics import log_loss as reference_log_loss

from shared.domain.ml.numeric.measures import (
    Forecasts,
    brier,
    calibration_error,
    figures,
    information_coefficient,
    interval_score,
    log_loss,
    reliability,
    top_minus_bottom,
)

WEEKS, TOKENS = 30, 40


def forecasts(seed: int = 1, *, weeks: int = WEEKS, constant: bool = False) -> Forecasts:
    random = np.random.default_rng(seed)
    count = weeks * TOKENS
    raw = np.round(random.normal(size=count), 1)
    labels = 0.02 * raw + random.normal(0, 0.05, count)
    same = np.ones(count)
    said = same * 0.5 if constant else 1 / (1 + np.exp(-raw))
    return Forecasts(
        days=np.repeat(np.datetime64("2025-01-02") + 7 * np.arange(weeks), TOKENS),
        labels=labels,
        raw=same if constant else raw,
        probability=said,
        base=same * 0.5,
        centre=0.02 * raw,
        base_centre=same * 0,
        intervals=((0.02 * raw - 0.06, 0.02 * raw + 0.06), (0.02 * raw - 0.1, 0.02 * raw + 0.1)),
        base_interval=(same * -0.08, same * 0.08),
    )


def test_scores_of_probabilities_are_the_references() -> None:
    each = forecasts()

    assert brier(each).mean() == pytest.approx(brier_score_loss(each.won, each.probability), abs=1e-12)
    assert log_loss(each).mean() == pytest.approx(reference_log_loss(each.won, each.probability), abs=1e-12)


def test_the_information_coefficient_is_the_mean_rank_correlation_of_weeks() -> None:
    each = forecasts()
    weeks = np.split(np.arange(WEEKS * TOKENS), WEEKS)

    expected = np.mean([spearmanr(each.raw[rows], each.labels[rows]).statistic for rows in weeks])

    assert information_coefficient(each).value == pytest.approx(expected, abs=1e-12)


def test_the_interval_score_is_the_width_and_ten_times_what_lies_outside() -> None:
    each = forecasts()
    low, high = each.intervals[0]
    outside = np.where(each.labels < low, low - each.labels, np.where(each.labels > high, each.labels - high, 0))

    assert np.allclose(interval_score(each), 0.12 + 10 * outside)


def test_reliability_tells_what_was_said_and_what_came_of_all_rows() -> None:
    each = forecasts()

    bins = reliability(each.probability, each.won)

    assert sum(int(part["count"]) for part in bins) == WEEKS * TOKENS
    assert [part["predicted"] for part in bins] == sorted(part["predicted"] for part in bins)
    assert sum(part["observed"] * part["count"] for part in bins) == pytest.approx(each.won.sum())


def test_a_perfect_forecaster_has_no_calibration_error_and_a_liar_has_one() -> None:
    random = np.random.default_rng(3)
    said = random.random(100_000)
    won = (random.random(100_000) < said).astype(np.float64)

    assert calibration_error(reliability(said, won)) == pytest.approx(0, abs=0.01)
    assert calibration_error(reliability(said**4, won)) == pytest.approx(0.3, abs=0.03)


def test_constant_forecasts_have_one_bin_and_rank_nothing() -> None:
    told = figures(forecasts(constant=True))

    assert len(told["reliability"]) == 1
    assert told["information_coefficient"]["value"] is None
    assert told["top_minus_bottom_pct"]["value"] is None
    assert told["brier"]["improvement"]["value"] == 0


def test_what_is_better_is_better_beyond_chance_and_of_few_weeks_there_are_no_ends() -> None:
    many, few = figures(forecasts()), figures(forecasts(weeks=7))

    assert many["brier"]["improvement"]["lower"] > 0
    assert many["information_coefficient"]["lower"] > 0
    assert few["brier"]["improvement"]["lower"] is None
    assert few["brier"]["improvement"]["value"] is not None


def test_top_minus_bottom_is_of_the_best_and_the_worst_tenth() -> None:
    each = forecasts(weeks=1)
    order = np.argsort(each.raw, kind="stable")
    percent = 100 * np.expm1(each.labels[order])

    assert top_minus_bottom(each).value == pytest.approx(percent[-4:].mean() - percent[:4].mean())
