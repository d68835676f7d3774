"""Whether a figure reached what it must."""

from benchmarks.findings import Bound, Finding, at_most, times_rival
from benchmarks.ratios import Spread


def finding(*, bound: Bound | None, ratio: float | None = None, ours: float = 1, errors: int = 0) -> Finding:
    return Finding(
        work="cached list",
        figure="requests/s",
        unit="",
        ours=Spread(ours, ours, ours),
        ratio=None if ratio is None else Spread(ratio, 0, 100),
        bound=bound,
        errors=errors,
    )


def test_the_median_of_the_ratio_decides() -> None:
    assert finding(bound=times_rival(8, "at least"), ratio=8).reached is True
    assert finding(bound=times_rival(8, "at least"), ratio=7.9).reached is False
    assert finding(bound=times_rival(0.5, "at most"), ratio=0.6).reached is False


def test_our_own_figure_decides_where_the_bound_is_absolute() -> None:
    assert finding(bound=at_most(110), ours=110).reached is True
    assert finding(bound=at_most(110), ours=111).reached is False


def test_fast_errors_reach_nothing() -> None:
    assert finding(bound=times_rival(8, "at least"), ratio=20, errors=1).reached is False


def test_nothing_is_reached_or_missed_without_a_bound_or_without_the_rival() -> None:
    assert finding(bound=None, ratio=20).reached is None
    assert finding(bound=times_rival(8, "at least")).reached is None
