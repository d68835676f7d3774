"""The components: within 0 and 100, monotone, and unknown where too little is known."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.sentiment import scores

changes = st.lists(st.integers(-300, 300).map(lambda thousandths: thousandths / 1000), min_size=90, max_size=90)
percents = st.floats(-99.9, 10_000, allow_nan=False)


def closes_of(log_changes: Sequence[float]) -> list[float]:
    prices = [100.0]
    for change in log_changes:
        prices.append(prices[-1] * (1 + change))
    return prices


@settings(max_examples=60, deadline=None)
@given(changes)
def test_volatility_is_within_bounds_and_unknown_only_where_nothing_moved(moves: list[float]) -> None:
    score = scores.volatility_score(closes_of(moves))

    assert score is None or 0 <= score <= 100
    assert score is not None or not any(moves)


@settings(max_examples=60, deadline=None)
@given(changes, st.floats(0.01, 0.5))
def test_a_last_fall_that_is_deeper_never_scores_higher(moves: list[float], deeper: float) -> None:
    mild, deep = closes_of([*moves[:-1], -0.01]), closes_of([*moves[:-1], -0.01 - deeper])

    low, high = scores.volatility_score(deep), scores.volatility_score(mild)

    assert low is not None
    assert high is not None
    assert low <= high + 1e-9


@given(percents, percents, st.floats(0, 100))
def test_momentum_rises_with_either_change(week: float, month: float, more: float) -> None:
    score = scores.momentum_score(week, month)

    assert score is not None
    assert 0 <= score <= 100
    assert score <= (scores.momentum_score(week + more, month) or 0)
    assert score <= (scores.momentum_score(week, month + more) or 0)


def test_no_change_is_neutral_and_usual_ones_score_as_documented() -> None:
    assert scores.momentum_score(0, 0) == 50
    assert scores.momentum_score(10.517, 22.14) == pytest.approx(73.1, abs=0.1)
    assert scores.momentum_score(-100, 5) is None
    assert scores.momentum_score(None, 5) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.floats(1, 1e9)), min_size=30, max_size=30), st.floats(1.1, 10))
def test_volume_on_rising_days_is_greed(days: list[tuple[bool, float]], factor: float) -> None:
    closes = closes_of([0.01 if rose else -0.01 for rose, _ in days])
    more = [volume * factor if rose else volume for rose, volume in days]

    score = scores.volume_score(closes, [1.0, *(volume for _, volume in days)])
    raised = scores.volume_score(closes, [1.0, *more])

    assert score is not None
    assert raised is not None
    assert 0 <= score <= raised + 1e-9 <= 100 + 1e-6


def test_days_of_unknown_volume_do_not_count() -> None:
    closes = closes_of([0.01, -0.01] * 15)

    assert scores.volume_score(closes, [None] * 31) is None
    assert scores.volume_score(closes, [0.0] * 31) is None
    assert scores.volume_score(closes, [1.0] * 31) == pytest.approx(50)
    assert scores.volume_score(closes, [None, *[None, 1.0] * 15]) == 0


@given(st.lists(st.floats(1, 99), min_size=8, max_size=40), st.floats(0.1, 30))
def test_a_bitcoin_that_gains_on_the_others_is_fear(shares: list[float], gain: float) -> None:
    score = scores.dominance_score(shares)
    gained = scores.dominance_score([*shares[:-1], shares[-1] + gain])

    assert score is not None
    assert gained is not None
    assert 0 <= gained <= score <= 100


@given(st.integers(0, 100), st.integers(0, 100))
def test_breadth_is_the_share_of_risers(rising: int, falling: int) -> None:
    score = scores.breadth_score(rising, falling)

    assert (score is None) == (rising + falling < scores.LEAST_BREADTH)
    if score is not None:
        assert 0 <= score <= 100
        assert score <= (scores.breadth_score(rising + 1, falling) or 0)


@given(st.floats(-1, 1), st.floats(0, 1))
def test_news_rise_with_their_mood(mood: float, better: float) -> None:
    score = scores.news_score(mood, 5)

    assert score is not None
    assert 0 <= score <= (scores.news_score(min(1.0, mood + better), 5) or 0) <= 100
    assert scores.news_score(mood, 4) is None


def test_short_histories_are_unknown() -> None:
    assert scores.volatility_score(closes_of([0.01] * 74)) is None
    assert scores.volatility_score(closes_of([0.01] * 75)) == 100
    assert scores.volatility_score([]) is None
    assert scores.dominance_score([50.0] * 7) is None
    assert scores.dominance_score([50.0] * 8) == 50


def test_half_of_the_volatility_below_the_mean_and_a_quarter_lost_are_neutral() -> None:
    alternating = closes_of([0.02, -0.02] * 45)

    falls, drawdown = scores.volatility_score(alternating), 0.758

    assert falls == pytest.approx(100 * (0.5 + (alternating[-1] / max(alternating)) ** 2.5) / 2, abs=1.0)
    assert drawdown**2.5 == pytest.approx(0.5, abs=0.001)
