import numpy as np

from sandbox.paths import BLOCK_SECONDS, Paths, weights
from sandbox.timeline import ORIGIN, STEP_SECONDS

_HOUR = 3600


def test_a_value_does_not_depend_on_what_was_asked_before() -> None:
    walked, jumped = Paths(3, 5), Paths(3, 5, kept_nodes=4)

    values = [walked.at(ORIGIN + hour * _HOUR) for hour in range(200)]

    assert np.array_equal(jumped.at(ORIGIN + 150 * _HOUR), values[150])
    assert np.array_equal(jumped.at(ORIGIN + 20 * _HOUR), values[20])


def test_paths_are_continuous_where_blocks_meet() -> None:
    paths, edge = Paths(3, 400), ORIGIN + BLOCK_SECONDS

    across = paths.at(edge) - paths.at(edge - STEP_SECONDS)

    assert np.abs(across).max() < 0.02


def test_a_step_needs_few_numbers() -> None:
    assert len(weights(3, ORIGIN + 123_456_785)) <= 25


def test_variance_grows_with_time_as_a_random_walk_does() -> None:
    paths = Paths(3, 2000)
    start = ORIGIN + 4_000_000

    spread = [(paths.at(start + days * 86_400) - paths.at(start)).std() for days in (1, 16)]

    assert 2.0 < spread[1] / spread[0] < 8.0
