"""The report on sandbox markets says what the figures of its seeds say."""

import pytest

from shared.domain.signals.numeric.grading import Measured, Record
from tools.science.sandbox import Seed, written


def seed(number: int, rate: float, low: float | None, high: float | None) -> Seed:
    figure = Measured(rate, low, high)
    order = Measured(rate - 0.5, None if low is None else low - 0.5, None if high is None else high - 0.5)
    record = Record(900, 200, 9.0, "told", figure, order, figure, figure)
    return Seed(number, record, {"bull": rate}, {"bull": 0.9}, 0.51)


@pytest.mark.parametrize(("rates", "said"), [((0.60, 0.61, 0.62), "above"), ((0.4, 0.6, 0.5), "not to be told from")])
def test_the_verdict_is_what_the_interval_over_seeds_says(rates: tuple[float, ...], said: str) -> None:
    lines = list(written([seed(number, rate, None, None) for number, rate in enumerate(rates)]))

    assert lines[-1] == f"**Over these markets the hit rate is {said} a half.**"


def test_markets_are_counted_by_their_own_intervals() -> None:
    lines = list(written([seed(1, 0.6, 0.55, 0.65), seed(2, 0.4, 0.35, 0.45), seed(3, 0.5, None, None)]))

    [rate] = [line for line in lines if line.startswith("| hit rate |")]
    assert rate.endswith("| 0.5 | 1 | 1 | 1 |")
    assert not [line for line in lines if line.startswith("| bear |")]
