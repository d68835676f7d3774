from datetime import timedelta

import numpy as np
import pytest

from sandbox.market import Market
from sandbox.view import PROVIDERS, view_of
from tests.unit.sandbox.calls import NOON


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_is_a_few_basis_points_off_the_truth(market: Market, provider: str) -> None:
    snapshot = market.at(NOON)
    view = view_of(provider, snapshot)

    off = np.abs(view.price / snapshot.price - 1.0)[view.order]

    assert np.median(off) < 10e-4
    assert off.max() < 0.02
    assert off.max() > 0.0


def test_providers_disagree_among_themselves(market: Market) -> None:
    snapshot = market.at(NOON)
    one, other = (view_of(provider, snapshot) for provider in ("coingecko", "coinpaprika"))

    assert not np.array_equal(one.price[:50], other.price[:50])


def test_both_coingeckos_show_one_price_but_for_their_delay(market: Market) -> None:
    snapshot = market.at(NOON)
    free, pro = (view_of(provider, snapshot) for provider in ("coingecko", "coingecko_pro"))

    assert np.nanmax(np.abs(free.price / pro.price - 1.0)) < 0.01
    assert (pro.lag <= free.lag).all()


def test_a_price_is_at_most_a_minute_or_so_old(market: Market) -> None:
    for provider in PROVIDERS:
        lag = view_of(provider, market.at(NOON)).lag
        assert 0.0 <= lag.min() <= lag.max() <= 75.0


def test_extremes_enclose_the_shown_price(market: Market) -> None:
    view = view_of("coinpaprika", market.at(NOON + timedelta(hours=3)))

    assert (view.high >= view.price)[view.order].all()
    assert (view.low <= view.price)[view.order].all()
