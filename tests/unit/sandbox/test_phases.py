from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from sandbox.market import Market, every
from sandbox.phases import BOUND, Phases

_START, _END = datetime(2014, 1, 1, tzinfo=UTC), datetime(2049, 1, 1, tzinfo=UTC)


def test_phases_follow_each_other_without_gap() -> None:
    phases = Phases(7).between(_START, _END)

    assert {phase.kind for phase in phases} == {"bull", "neutral", "bear"}
    assert all(one.end == other.start for one, other in pairwise(phases))
    assert all(one.kind != other.kind for one, other in pairwise(phases))


def test_the_level_of_the_market_stays_within_bounds() -> None:
    for seed in range(20):
        assert all(abs(phase.level) <= BOUND for phase in Phases(seed).between(_START, _END))


def test_the_market_goes_where_its_phase_says() -> None:
    market = Market(7, 300)
    for phase in market.phases(datetime(2018, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)):
        first, last = market.prices([phase.start, phase.end - timedelta(seconds=5)])
        bitcoin = market.index["bitcoin"]

        went = last[bitcoin] / first[bitcoin] - 1.0

        assert phase.kind == "neutral" or (went > 0) == (phase.kind == "bull"), (phase, went)


def test_the_phase_of_a_moment_contains_it() -> None:
    moment = datetime(2026, 3, 1, tzinfo=UTC)

    phase = Phases(7).at(moment)

    assert phase.start <= moment < phase.end
    assert phase.drift_at(phase.start) == phase.level


def test_bear_phases_are_more_turbulent_than_neutral_ones() -> None:
    market = Market(7, 1)
    moments = every(timedelta(days=1), datetime(2015, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    moves = np.abs(np.diff(np.log(market.prices(moments)[:, 0])))
    kinds = np.array([market.phase_at(moment).kind for moment in moments[1:]])

    assert np.median(moves[kinds == "bear"]) > 1.2 * np.median(moves[kinds == "neutral"])
