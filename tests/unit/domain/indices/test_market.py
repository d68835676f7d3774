"""A market made fit to trade on: zeros, holes, wrong prices, redenominations."""

from dataclasses import replace

import numpy as np
import pytest

from shared.domain.indices.numeric.market import SILENT_DAYS, Market, market_of
from shared.domain.panels.panel import FloatArray
from tests.panels import panel_of

SUPPLY = 1e6


def one(prices: FloatArray, *, supply: FloatArray | float = SUPPLY, cap: FloatArray | None = None) -> Market:
    close = np.array(prices, dtype=float)[:, None]
    caps = close * np.broadcast_to(np.array(supply, dtype=float).reshape(-1, 1), close.shape)
    return market_of(panel_of(close, market_cap_usd=caps if cap is None else cap))


def test_a_price_of_zero_is_a_hole() -> None:
    market = one(np.array([2.0, 0.0, 3.0]))

    assert np.isnan(market.close[1, 0])
    assert market.last[:, 0].tolist() == [2.0, 2.0, 3.0]
    assert market.silent[:, 0].tolist() == [0, 1, 0]


def test_holes_carry_the_price_until_the_token_is_taken_for_delisted() -> None:
    market = one(np.array([2.0] + [np.nan] * (SILENT_DAYS + 3)))

    assert market.last[SILENT_DAYS, 0] == 2.0
    assert market.silent[SILENT_DAYS, 0] == SILENT_DAYS
    assert np.isnan(market.last[-1, 0])


@pytest.mark.parametrize("power", [1000.0, 0.001, 100.0])
def test_a_redenomination_multiplies_the_coins_of_holders(power: float) -> None:
    market = one(np.array([5.0, 5.0, 5.0 / power, 5.1 / power]), supply=np.array([1.0, 1.0, power, power]) * SUPPLY)

    assert market.factor[:, 0] == pytest.approx([1, 1, power, 1])
    assert market.close[2, 0] == pytest.approx(5.0 / power)


def test_a_rise_by_a_thousand_that_no_capitalisation_confirms_is_a_redenomination() -> None:
    market = one(np.array([0.001, 1.05]), cap=np.full((2, 1), np.nan))

    assert market.factor[1, 0] == pytest.approx(0.001)


def test_a_wrong_price_is_a_hole_and_the_next_one_counts() -> None:
    market = one(np.array([1.0, 37.0, 1.1]), cap=np.array([[1e6], [1.05e6], [1.1e6]]))

    assert market.close[:, 0] == pytest.approx([1.0, np.nan, 1.1], nan_ok=True)
    assert market.factor[:, 0].tolist() == [1, 1, 1]


def test_a_rise_that_the_capitalisation_confirms_counts() -> None:
    market = one(np.array([1.0, 25.0]))

    assert market.close[1, 0] == 25.0


def test_a_collapse_is_believed_even_when_coins_are_printed_meanwhile() -> None:
    # A supply that grew 930-fold in a day is no power of ten: those who held lost it all.
    market = one(np.array([1.0, 0.001]), supply=np.array([1.0, 930.0]) * SUPPLY)

    assert market.factor[1, 0] == 1.0
    assert market.close[1, 0] == 0.001


def test_a_day_without_an_opening_price_is_traded_at_its_close() -> None:
    panel = panel_of(np.array([[1.0], [2.0], [np.nan]]))
    market = market_of(replace(panel, open=np.array([[np.nan], [90.0], [5.0]])))

    assert market.open[:, 0] == pytest.approx([1.0, 2.0, np.nan], nan_ok=True)


def test_a_capitalisation_is_carried_for_a_week() -> None:
    market = market_of(panel_of(np.ones((10, 1)), market_cap_usd=np.array([[7.0]] + [[np.nan]] * 9)))

    assert np.isfinite(market.cap[:, 0]).tolist() == [True] * 8 + [False] * 2


def test_excluded_tokens_are_marked() -> None:
    market = market_of(panel_of(np.ones((3, 3))), excluded=["token-2", "nobody"])

    assert market.excluded.tolist() == [False, False, True]
