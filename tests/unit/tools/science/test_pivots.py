"""Highs and lows: those between which a market halves or doubles, and no others."""

import numpy as np

from tools.science.pivots import Pivot, pivots_of


def test_highs_and_lows_take_turns_and_small_moves_are_none() -> None:
    level = np.log([1.0, 0.8, 1.0, 3.0, 2.0, 4.0, 1.9, 2.5, 1.5, 3.1])

    assert pivots_of(level) == [Pivot(1, False, 5), Pivot(5, True, 8), Pivot(8, False, 9)]


def test_a_market_that_never_halves_or_doubles_has_none() -> None:
    assert pivots_of(np.log([1.0, 1.5, 1.1, 1.9])) == []
    assert pivots_of(np.array([])) == []


def test_the_move_that_is_still_going_on_ends_at_its_farthest_day() -> None:
    assert pivots_of(np.log([4.0, 2.1, 1.0, 1.5, 1.4])) == [Pivot(0, True, 2)]
