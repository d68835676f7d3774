"""Cutting the future off leaves every earlier holding, trade and value bit-identical."""

import numpy as np
import pytest

from shared.domain.indices.catalogue import INDICES
from shared.domain.indices.numeric.exposures import exposure_of
from shared.domain.indices.numeric.market import market_of
from shared.domain.indices.numeric.simulating import Simulation, Track
from shared.domain.indices.rules import Rules
from shared.domain.panels.panel import FloatArray, Panel
from tests.panels import walks

DAYS = 700
CUTS = 200


@pytest.fixture(scope="module")
def panel() -> Panel:
    """A market with holes, a delisting, a redenomination and late listings."""
    made = walks(DAYS, 24, seed=3)
    for field in (made.open, made.high, made.low, made.close, made.volume_usd, made.market_cap_usd):
        field[100:103, 4] = np.nan
        field[350:, 5] = np.nan
        field[:200, 6] = np.nan
    for field in (made.open, made.high, made.low, made.close):
        field[400:, 7] /= 1000
    return made


def gauge_of(days: int) -> FloatArray:
    return np.round(2 * np.sin(np.arange(DAYS) / 37))[:days]


def track_of(panel: Panel, rules: Rules, gauge: FloatArray) -> Track:
    market = market_of(panel)
    return Simulation(market, rules, exposure_of(rules.exposure, market, gauge)).run()


def same(cut: Track, whole: Track) -> bool:
    days = len(cut.days)
    names = ("values", "invested", "traded", "costs")
    return all(getattr(cut, name).tobytes() == getattr(whole, name)[:days].tobytes() for name in names) and list(
        cut.fills
    ) == [fill for fill in whole.fills if fill.day <= cut.days[-1]]


@pytest.mark.parametrize("index_id", INDICES)
def test_what_was_held_does_not_depend_on_what_came_after(index_id: str, panel: Panel) -> None:
    rules = INDICES[index_id].rules
    whole = track_of(panel, rules, gauge_of(DAYS))

    for days in np.random.default_rng(5).integers(2, DAYS, 5):
        assert same(track_of(panel.until(int(days)), rules, gauge_of(int(days))), whole), days


@pytest.mark.slow
@pytest.mark.parametrize("index_id", INDICES)
def test_it_does_not_at_two_hundred_random_days(index_id: str, panel: Panel) -> None:
    rules = INDICES[index_id].rules
    whole = track_of(panel, rules, gauge_of(DAYS))

    for days in np.random.default_rng(6).choice(np.arange(2, DAYS), CUTS, replace=False):
        assert same(track_of(panel.until(int(days)), rules, gauge_of(int(days))), whole), days
