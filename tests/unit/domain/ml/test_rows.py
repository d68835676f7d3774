"""Rows: what a token's features and labels are made of, and what they are not."""

from dataclasses import replace

import numpy as np
import pytest

from shared.domain.datapoints.catalogue import data_points
from shared.domain.datapoints.numeric.bars import bars_of
from shared.domain.datapoints.numeric.technical import FADING, WINDOWED, latest
from shared.domain.ml.features import feature_ids
from shared.domain.ml.numeric.rows import Rows, labels_of
from shared.domain.regime.numeric.market import market_of
from tests.learning import columns, noise, rows_of
from tests.panels import panel_of


def same(one: Rows, other: Rows) -> bool:
    return one.digest() == other.digest()


def test_features_are_all_data_points_that_daily_bars_make_and_no_others() -> None:
    assert set(feature_ids()) == {*FADING, *WINDOWED}
    assert list(feature_ids()) == [point.id for point in data_points() if point.id in feature_ids()]


def test_features_are_those_that_todays_data_points_are() -> None:
    panel = noise(days=240, tokens=4)
    rows = rows_of(panel)
    day = rows.days[-1]
    until = int(np.searchsorted(panel.days, day)) + 1

    todays = dict(latest(bars_of(panel.until(until), panel.close[:until, 0])))

    for name, row in zip(rows.token_ids[rows.days == day], rows.values[rows.days == day], strict=True):
        at = panel.token_ids.index(str(name))
        expected = [todays[each][at] for each in feature_ids()]
        assert np.allclose(row, expected, rtol=1e-9, atol=1e-9, equal_nan=True)


def test_a_label_is_the_return_from_the_next_close_on_relative_to_the_market() -> None:
    panel = noise(days=120, tokens=5)
    market = market_of(panel).log_return

    labels = labels_of(panel.close, market)

    own = panel.close[38] / panel.close[31]
    others = np.exp(market[32:39].sum())
    assert np.allclose(labels[30], np.log(own / others))
    assert np.isnan(labels[-8:]).all()
    assert np.isfinite(labels[31:-8]).all()


def test_the_close_that_a_prediction_is_made_of_is_no_part_of_its_label() -> None:
    panel = noise(days=120, tokens=5)
    market = market_of(panel).log_return
    close = panel.close.copy()
    close[30] *= 1.5

    assert np.array_equal(labels_of(close, market)[30], labels_of(panel.close, market)[30])


def test_rows_do_not_depend_on_the_chunks_they_were_gathered_in() -> None:
    panel = noise(days=90, tokens=30)

    whole, chunked = rows_of(panel, most_a_day=12), rows_of(panel, chunk=7, most_a_day=12)

    assert same(whole, chunked)
    assert set(np.unique(whole.days, return_counts=True)[1]) == {12}


def test_the_sample_of_a_day_is_another_on_another_day() -> None:
    rows = rows_of(noise(days=90, tokens=30), most_a_day=12)

    chosen = {tuple(rows.token_ids[rows.days == day]) for day in np.unique(rows.days)}

    assert len(chosen) == len(np.unique(rows.days))


def test_rows_are_of_one_day_a_week() -> None:
    rows = rows_of(noise(days=90, tokens=3))

    assert set((np.diff(np.unique(rows.days)) / np.timedelta64(1, "D")).tolist()) == {7.0}


@pytest.mark.parametrize("days", [0, 1, 13, 30])
def test_a_token_of_less_than_a_month_has_no_rows(days: int) -> None:
    panel = noise(days=60, tokens=3)
    close = panel.close.copy()
    close[: 60 - days, 2] = np.nan

    rows = rows_of(replace(panel, close=close))

    assert "token-2" not in rows.token_ids
    assert "token-1" in rows.token_ids


def test_no_tokens_and_no_days_are_no_rows() -> None:
    nobody = columns(noise(days=60, tokens=3), [])
    never = noise(days=60, tokens=3).until(1)

    assert len(rows_of(replace(noise(days=60, tokens=3), close=np.full((60, 3), np.nan))).days) == 0
    assert len(rows_of(never).days) == 0
    assert nobody.close.shape == (60, 0)


def test_a_redenomination_is_no_return() -> None:
    panel = noise(days=120, tokens=3)
    market = market_of(panel).log_return
    split = panel.close.copy()
    split[61:, 2] *= 1_000
    renamed = panel_of(split, volume_usd=panel.volume_usd, market_cap_usd=panel.market_cap_usd)

    labels = labels_of(bars_of(renamed).close, market)

    assert np.allclose(labels, labels_of(bars_of(panel).close, market), equal_nan=True)
    assert np.nanmax(np.abs(rows_of(renamed).labels)) < 1


def test_holes_and_dead_prices_and_no_volume_give_numbers_or_nothing() -> None:
    panel = noise(days=200, tokens=6)
    close, volume = panel.close.copy(), panel.volume_usd.copy()
    close[100:110, 1] = np.nan
    close[:, 2] = 5.0
    volume[:, 3] = 0.0
    close[150, 4] = 0.0

    rows = rows_of(replace(panel, close=close, volume_usd=volume))

    assert not np.isinf(rows.values).any()
    assert not np.isinf(rows.labels).any()
    assert {"token-1", "token-2", "token-3", "token-4"} <= set(rows.token_ids.tolist())
