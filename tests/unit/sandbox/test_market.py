import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from sandbox.market import Market, every
from sandbox.noise import Floats
from sandbox.snapshot import DAY, HOUR
from tests.unit.sandbox.calls import NOON

_ROOT = Path(__file__).parents[3]
_PRINT = """
from datetime import datetime, timezone
from hashlib import sha256
from sandbox.market import Market
print(sha256(Market(7, 300).at(datetime(2026, 3, 1, 12, tzinfo=timezone.utc)).price.tobytes()).hexdigest())
"""


def autocorrelation(series: Floats) -> Floats:
    centred = series - series.mean(axis=0)
    correlation: Floats = (centred[1:] * centred[:-1]).mean(axis=0) / (centred**2).mean(axis=0)
    return correlation


@pytest.fixture(scope="module")
def returns(market: Market) -> Floats:
    """Daily log returns of three years for the tokens listed throughout."""
    prices = market.prices(every(timedelta(days=1), datetime(2023, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)))
    daily = np.diff(np.log(prices), axis=0)
    moving = np.isfinite(daily).all(axis=0) & (market.traits.beta > 0)
    kept: Floats = daily[:, moving]
    return kept


def test_the_same_seed_and_moment_give_the_same_bytes_in_another_process(market: Market) -> None:
    printed = [
        subprocess.run([sys.executable, "-c", _PRINT], cwd=_ROOT, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]

    assert printed[0] == printed[1]
    assert len(printed[0].strip()) == 64


def test_the_order_of_asking_does_not_matter() -> None:
    moments = [NOON + timedelta(hours=7 * count) for count in range(12)]
    forwards, backwards = Market(7, 100), Market(7, 100)

    first = [forwards.at(moment).market_cap.tobytes() for moment in moments]
    last = [backwards.at(moment).market_cap.tobytes() for moment in reversed(moments)]

    assert first == last[::-1]


def test_another_seed_is_another_market(market: Market) -> None:
    assert not np.array_equal(Market(8, 300).at(NOON).price[:60], market.at(NOON).price[:60])


def test_a_moment_belongs_to_its_step_of_five_seconds(market: Market) -> None:
    assert market.at(NOON + timedelta(seconds=4.9)).seconds == market.at(NOON).seconds
    assert market.at(NOON + timedelta(seconds=5)).seconds == market.at(NOON).seconds + 5


@pytest.mark.parametrize(
    "moment", [NOON.replace(tzinfo=None), datetime(2013, 12, 31, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)]
)
def test_a_moment_that_is_naive_or_out_of_range_is_refused(market: Market, moment: datetime) -> None:
    with pytest.raises(ValueError, match="the market covers"):
        market.at(moment)


def test_changes_are_those_of_the_path(market: Market) -> None:
    snapshot = market.at(NOON)

    for seconds in (HOUR, DAY, 7 * DAY, 30 * DAY):
        earlier = market.at(NOON - timedelta(seconds=seconds)).price
        expected = (snapshot.price / earlier - 1.0) * 100.0
        assert np.allclose(snapshot.change(seconds), expected, equal_nan=True)


def test_extremes_enclose_what_the_path_did(market: Market) -> None:
    snapshot = market.at(NOON)
    high, low = snapshot.extremes
    seen: Floats = market.prices(every(timedelta(minutes=30), NOON - timedelta(days=1), NOON))[:, snapshot.order]

    assert (high >= snapshot.price)[snapshot.order].all()
    assert (low <= snapshot.price)[snapshot.order].all()
    # Half-hourly prices do not lie on the grid of the extremes; they may exceed it a little.
    assert np.median(seen.max(axis=0) / high[snapshot.order]) < 1.01
    assert np.median(seen.min(axis=0) / low[snapshot.order]) > 0.99


def test_volatility_clusters(returns: Floats) -> None:
    assert np.median(autocorrelation(returns**2)) > 0.04
    assert abs(np.median(autocorrelation(returns))) < 0.08


def test_tails_are_heavier_than_normal(returns: Floats) -> None:
    standard = (returns - returns.mean(axis=0)) / returns.std(axis=0)

    assert np.median((standard**4).mean(axis=0)) > 3.4


def test_tokens_move_together(market: Market, returns: Floats) -> None:
    with_bitcoin: Floats = np.atleast_2d(np.corrcoef(returns.T))[0]

    assert with_bitcoin[1] > 0.6
    assert 0.25 < np.median(with_bitcoin[1:]) < 0.9


def test_volatility_is_of_realistic_size(returns: Floats) -> None:
    yearly = returns.std(axis=0) * 365**0.5

    assert 0.25 < yearly[0] < 0.9
    assert 0.5 < np.median(yearly) < 1.6


def test_stablecoins_stay_near_a_dollar(market: Market) -> None:
    moments = every(timedelta(days=3), datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    prices = market.prices(moments)[:, [market.index[name] for name in ("tether", "usd-coin", "dai")]]

    assert np.abs(prices - 1.0).max() < 0.01
    assert prices.std() > 0.0


def test_wrapped_tokens_follow_what_they_wrap(market: Market) -> None:
    moments = every(timedelta(days=5), datetime(2024, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
    prices = market.prices(moments)
    ratio = prices[:, market.index["wrapped-bitcoin"]] / prices[:, market.index["bitcoin"]]

    assert np.abs(ratio - 1.0).max() < 0.02


def test_prices_stay_of_realistic_size_for_decades(market: Market) -> None:
    moments = every(timedelta(days=20), datetime(2014, 2, 1, tzinfo=UTC), datetime(2049, 12, 1, tzinfo=UTC))
    bitcoin = market.prices(moments)[:, market.index["bitcoin"]]

    assert bitcoin.max() / bitcoin.min() < 60.0
    assert bitcoin.max() < market.traits.highest[market.index["bitcoin"]]


def test_ranking_is_by_market_capitalisation(market: Market) -> None:
    snapshot = market.at(NOON)
    caps = snapshot.market_cap[snapshot.order]

    assert (np.diff(caps[np.isfinite(caps)]) <= 0).all()
    assert caps[0] > 50 * caps[99]
    assert snapshot.rank[snapshot.order[0]] == 1


def test_supply_never_exceeds_the_total(market: Market) -> None:
    supply = market.circulating_at(market.at(NOON).seconds)

    assert all(
        supply[position] <= max(token.total, token.circulating) * (1 + 1e-9)
        for position, token in enumerate(market.tokens)
        if token.total and token.circulating
    )


def test_a_token_listed_today_has_no_change_of_a_week(market: Market) -> None:
    young = next(token for token in market.tokens if token.listed_at > datetime(2024, 6, 1, tzinfo=UTC).timestamp())
    snapshot = market.at(datetime.fromtimestamp(young.listed_at + 3600, UTC))

    position = market.index[young.id]

    assert snapshot.price[position] > 0
    assert np.isnan(snapshot.change(DAY)[position])
    assert np.isfinite(snapshot.change(HOUR)[position])


def test_a_snapshot_of_six_thousand_tokens_is_cheap() -> None:
    market = Market(7, 6000)
    _ = market.at(NOON).extremes
    spent = []
    for step in range(1, 6):
        snapshot = market.at(NOON + timedelta(seconds=5 * step))
        before = time.process_time()
        _ = (snapshot.order, snapshot.extremes, snapshot.volume, snapshot.change(7 * DAY), snapshot.change(30 * DAY))
        spent.append(time.process_time() - before)

    assert min(spent) < 0.1
