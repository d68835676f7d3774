"""The faults that leave an answer well-formed and its prices wrong."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from sandbox import noise
from sandbox.faults import Fault
from sandbox.market import Market
from sandbox.view import View, view_of


def mispriced(provider: str, view: View, fault: Fault) -> View:
    """Return what the provider shows under a fault of prices."""
    if fault.kind == "frozen":
        return _frozen(provider, view, fault)
    if fault.kind == "times_ten":
        return view.with_prices(view.price * float(fault.options.get("factor", 10.0)))
    if fault.kind == "swapped":
        return _swapped(view, fault)
    if fault.kind == "skewed":
        return replace(view, said_at=view.said_at + skew_of(fault))
    return _with_nulls(view, fault)


def skew_of(fault: Fault | None) -> int:
    """Return how many seconds a provider's clock is ahead: `options.seconds`, three hours by default."""
    return round(float(fault.options.get("seconds", 3 * 3600))) if fault and fault.kind == "skewed" else 0


def _frozen(provider: str, view: View, fault: Fault) -> View:
    """Prices of the moment the fault was set, under today's times."""
    market: Market = view.snapshot.market
    old = view_of(provider, market.at(datetime.fromtimestamp(fault.since, UTC)))
    return replace(old, said_at=view.said_at, lag=view.lag)


def _swapped(view: View, fault: Fault) -> View:
    """`options.tokens` names two token ids; bitcoin and ethereum by default."""
    index = view.snapshot.market.index
    one, other = (index[name] for name in fault.options.get("tokens", ["bitcoin", "ethereum"]))
    price = view.price.copy()
    price[[one, other]] = price[[other, one]]
    return view.with_prices(price)


def _with_nulls(view: View, fault: Fault) -> View:
    """`options.share` of the rows have no price, a tenth by default; `options.tokens` names rows that surely have none."""
    chances = noise.uniforms(noise.mix(view.snapshot.market.seed, 13), noise.columns(len(view.price)))
    empty = chances < float(fault.options.get("share", 0.1))
    index = view.snapshot.market.index
    empty[[index[name] for name in fault.options.get("tokens", [])]] = True
    return view.with_prices(np.where(empty, np.nan, view.price))
