"""One token's true price at many times: what `Market.prices_at` says, for a few tokens and without the others."""

from datetime import UTC, datetime
from functools import lru_cache

import numpy as np

from sandbox import noise
from sandbox.lanes import lanes
from sandbox.market import Market
from sandbox.noise import Floats, Ints
from sandbox.traits import FACTORS, MARKET_VOLATILITY, PER_BLOCK


def track(market: Market, position: int, times: Ints) -> Floats:
    """Return the true price in US dollars at ascending Unix times; NaN where the token is not listed."""
    return _track(market, position, times.astype(np.int64).tobytes()).copy()


@lru_cache(maxsize=32)
def _track(market: Market, position: int, written: bytes) -> Floats:
    # Kept, because every price in tethers needs tether's own.
    times: Ints = np.frombuffer(written, dtype=np.int64)
    prices: Floats = np.exp(_logs(market, position, times))
    token = market.tokens[position]
    unlisted = times < token.listed_at
    if token.delisted_at is not None:
        unlisted |= times >= token.delisted_at
    prices[unlisted] = np.nan
    return prices


def _logs(market: Market, position: int, times: Ints) -> Floats:
    traits = market.traits
    sector = 1 + int(traits.sector[position])
    addresses = noise.columns(FACTORS + position + 1)[[0, sector, FACTORS + position]]
    factor, of_sector, own = lanes(market.seed, times, addresses).T
    moved = traits.beta[position] * _level(market, times, factor) + traits.sector_weight[position] * of_sector
    logs = traits.log_centre[position] + moved + traits.own_volatility[position] * own
    leader = int(traits.followed[position])
    if leader >= 0:
        logs = logs + _logs(market, leader, times) - traits.log_centre[leader]
    return np.asarray(logs)


def _level(market: Market, times: Ints, factor: Floats) -> Floats:
    """The market factor: its phase's drift, and noise that is pinned to zero where phases meet."""
    first, last = (datetime.fromtimestamp(int(times[end]), UTC) for end in (0, -1))
    level = np.empty(len(times))
    ends = noise.columns(1)
    phases = {market.phase_at(first), *market.phases(first, last), market.phase_at(last)}
    for phase in phases:
        start, end = int(phase.start.timestamp()), int(phase.end.timestamp())
        within = (times >= start) & (times < end)
        share = (times[within] - start) / (end - start)
        begins, stops = lanes(market.seed, np.array([start, end]), ends)[:, 0]
        wander = factor[within] - (begins + (stops - begins) * share)
        noisy = phase.turbulence * MARKET_VOLATILITY * PER_BLOCK * wander
        level[within] = phase.level + phase.change * share + noisy
    return level
