"""Folds: nothing that a fold learned from reaches into what it is tested on."""

import itertools

import numpy as np
import pytest

from shared.domain.ml.horizon import KNOWN_AFTER_DAYS
from shared.domain.ml.numeric.folds import EMBARGO_DAYS, folds_of, held_out_of, known_before

DAY = np.timedelta64(1, "D")
FIRST = np.datetime64("2024-01-04")
DAYS = np.arange(FIRST, FIRST + 900)


def test_between_the_last_outcome_learned_from_and_the_test_lies_the_embargo() -> None:
    for fold in folds_of(DAYS[0], DAYS[-1]):
        last = DAYS[fold.learnable(DAYS)].max()

        assert last + KNOWN_AFTER_DAYS * DAY + EMBARGO_DAYS * DAY == fold.start
        assert EMBARGO_DAYS >= 7


def test_folds_follow_each_other_without_a_gap_and_the_first_ones_are_short() -> None:
    folds = list(folds_of(DAYS[0], DAYS[-1]))

    assert [int((fold.end - fold.start) / DAY) for fold in folds[:6]] == [28, 28, 28, 28, 112, 112]
    assert all(one.end == other.start for one, other in itertools.pairwise(folds))
    assert folds[-1].end == DAYS[-1]


@pytest.mark.parametrize("cut", [200, 300, 511])
def test_folds_do_not_depend_on_what_comes_later(cut: int) -> None:
    whole, early = list(folds_of(DAYS[0], DAYS[-1])), list(folds_of(DAYS[0], DAYS[cut]))

    assert early[:-1] == whole[: len(early) - 1]
    assert early[-1].start == whole[len(early) - 1].start


def test_a_history_shorter_than_a_fold_needs_has_none() -> None:
    assert list(folds_of(FIRST, FIRST + 112 * DAY)) == []


def test_what_is_held_out_is_known_to_nobody_who_learned_before() -> None:
    held = held_out_of(DAYS[-1])

    learned = DAYS[known_before(DAYS, held.start)]
    assert learned.max() + KNOWN_AFTER_DAYS * DAY < held.start
    assert held.tested(DAYS).sum() == 56
