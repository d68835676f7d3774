"""A market lived day by day: what is said is what the refresh says, and the future is not in it."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from shared.domain.datapoints.catalogue import positions
from shared.domain.panels.panel import Panel
from shared.domain.signals.emitting import is_hit
from shared.domain.signals.rules import HORIZON_DAYS
from tests.signals import rising
from tools.science.lived import Told, lived
from tools.science.logged import logged
from tools.science.quintiles import fifths

PANEL = rising(90, 12)
LAST = PANEL.days[-1].astype(date)
BEGINS = LAST - timedelta(days=30)
GREED = Told(fear={LAST - timedelta(days=ago): 80.0 - ago / 3 for ago in range(100)}, chains={})
LIVED = lived(PANEL, frozenset({"token-11"}), GREED, begins=BEGINS)


def test_a_day_says_what_was_known_at_its_close() -> None:
    cut = lived(PANEL.until(75), frozenset({"token-11"}), GREED, begins=BEGINS)

    rows = len(cut.days)
    assert rows == 31 - 15
    for name in ("values", "scores", "composite", "effective", "divergence", "close"):
        assert getattr(cut, name).tobytes() == getattr(LIVED, name)[:rows].tobytes(), name
    assert cut.emissions == LIVED.emissions[:rows]
    assert any(cut.emissions)


@pytest.mark.slow
def test_at_any_of_two_hundred_cuts_the_last_day_says_what_it_says_in_the_whole() -> None:
    """Data points, scores of categories, consensus, divergences and signals, with holes, a redenomination and a token that ends."""
    panel, told = troubled()
    begins = panel.days[60].astype(date)
    whole = lived(panel, frozenset(), told, begins=begins)
    last = panel.days[-1].astype(date)
    assert np.isfinite(whole.divergence).any()
    assert any(whole.emissions)

    for rows in np.random.default_rng(4).choice(np.arange(61, len(panel.days)), 200, replace=False).tolist():
        day = panel.days[rows - 1].astype(date)
        known = Told(fear=until(told.fear, day), chains={name: until(each, day) for name, each in told.chains.items()})
        then = lived(panel.until(rows), frozenset(), known, begins=day)
        row = (day - begins).days
        assert day <= last
        assert then.emissions == whole.emissions[row : row + 1], day
        for name in ("values", "scores", "composite", "effective", "divergence"):
            assert getattr(then, name).tobytes() == getattr(whole, name)[row : row + 1].tobytes(), (name, day)


def until(told: Mapping[date, float], last: date) -> Mapping[date, float]:
    return {day: value for day, value in told.items() if day <= last}


def troubled() -> tuple[Panel, Told]:
    panel = rising(320, 10, seed=8)
    for array in (panel.open, panel.high, panel.low, panel.close):
        array[100:110, 1] = np.nan
        array[150:, 3] *= 1000.0
        array[250:, 5] = np.nan
    panel.volume_usd[200:230, 6] = 0.0
    days = [each.astype(date) for each in panel.days]
    random = np.random.default_rng(9)
    metrics = {
        ("bitcoin", metric): dict(
            zip(days, (1e6 * np.exp(np.cumsum(random.normal(0, 0.05, 320)))).tolist(), strict=True)
        )
        for metric in ("active_addresses", "transactions", "fees_usd")
    }
    return panel, Told(fear=dict(zip(days, random.uniform(10, 90, 320).tolist(), strict=True)), chains=metrics)


def test_fear_and_greed_of_the_day_that_begins_is_not_known_yet() -> None:
    row = LIVED.values[-1, positions()["fear_greed"]]

    assert set(row[np.isfinite(row)]) == {80.0}
    assert set(LIVED.values[0, positions()["fear_greed"]]) == {70.0}


def test_what_follows_another_price_gives_no_signal() -> None:
    named = {each.token_id for day in LIVED.emissions for each in day}

    assert named
    assert "token-11" not in named


def test_signals_are_logged_once_a_horizon_and_graded_by_the_close_after_it() -> None:
    log = logged(LIVED)

    assert log.emitted > len(log.graded) > 0
    for each in log.graded:
        row = int((np.datetime64(each.emitted_at.date()) - LIVED.days[0]).astype(int))
        [place] = np.flatnonzero(LIVED.close[row] == each.entry_usd)
        assert each.exit_usd == LIVED.close[row + HORIZON_DAYS, place]
    assert [a.emitted_at <= b.emitted_at for a, b in pairwise(log.graded)].count(False) == 0
    assert log.graded[0].probability == 0.5
    assert {is_hit(each) for each in log.graded} <= {True, False}


def test_a_token_that_ends_is_graded_by_its_last_close() -> None:
    ended = rising(90, 12)
    for array in (ended.open, ended.high, ended.low, ended.close):
        array[70:, 1] = np.nan

    log = logged(lived(ended, frozenset(), GREED, begins=BEGINS))

    assert any(each.lost for each in log.graded)
    assert all(np.isfinite(each.exit_usd) for each in log.graded)


def test_fifths_are_means_against_all_and_find_an_order_that_is_there() -> None:
    random = np.random.default_rng(1)
    scores = random.random((40, 20))
    found = fifths(scores, 0.1 * scores + random.normal(0, 0.001, scores.shape))

    assert found is not None
    assert list(found.excess_pct) == sorted(found.excess_pct)
    assert abs(sum(found.excess_pct)) < 1e-9
    assert 6 < found.low < found.spread_pct < found.high < 10
    assert fifths(scores[:, :9], scores[:, :9]) is None
