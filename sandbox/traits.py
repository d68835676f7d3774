"""How each token moves: its share in the market factor, in its sector, and its own volatility."""

from dataclasses import dataclass

import numpy as np

from sandbox import noise
from sandbox.noise import Floats
from sandbox.paths import BLOCK_SECONDS
from sandbox.phases import BOUND
from sandbox.tokens import Token

SECTORS = 6
FACTORS = 1 + SECTORS  # columns of the paths before the tokens' own: the market, then the sectors
_YEAR = 31_557_600
PER_BLOCK = (BLOCK_SECONDS / _YEAR) ** 0.5  # what a yearly volatility is over one block
MARKET_VOLATILITY = 0.42
_SECTOR_VOLATILITY = 0.25


@dataclass(frozen=True)
class Traits:
    """One array entry per token. Volatilities are log returns per block; `followed` is an index, -1 for none."""

    log_centre: Floats
    beta: Floats
    sector: noise.Ints
    sector_weight: Floats
    own_volatility: Floats
    followed: noise.Ints
    turnover: Floats
    inflation: Floats
    highest: Floats
    lowest: Floats


def traits_of(seed: int, tokens: tuple[Token, ...]) -> Traits:
    """Return the traits of all tokens; bounds (`highest`, `lowest`) are prices that no path reaches."""
    at = noise.columns(len(tokens))
    chance = [noise.uniforms(noise.mix(seed, 10, field), at) for field in range(6)]
    place = np.array([token.place for token in tokens], dtype=np.float64)
    moves = np.array([not token.stable and token.follows is None for token in tokens])
    index = {token.id: position for position, token in enumerate(tokens)}

    small = np.clip(np.log(place) / np.log(6000.0), 0.0, 1.0)  # 0 for the first, 1 for the last
    beta = np.where(moves, 1.0 + 0.45 * np.minimum(1.0, small * 4.0) * chance[0], 0.0)
    own = (
        np.where(moves, 0.10 + small * (0.45 + 0.65 * chance[1]), np.where(_stable(tokens), 0.0016, 0.004)) * PER_BLOCK
    )
    weight = np.where(moves, np.minimum(1.0, small * 3.0) * _SECTOR_VOLATILITY * PER_BLOCK, 0.0)
    log_centre = np.log(np.array([token.centre for token in tokens]))
    reach = beta * (BOUND + 3.0 * MARKET_VOLATILITY * PER_BLOCK) + 3.5 * (weight + own)
    followed = np.array([index.get(token.follows or "", -1) for token in tokens], dtype=np.int64)
    reach = np.where(followed >= 0, reach + reach[followed], reach)
    return Traits(
        log_centre=log_centre,
        beta=beta,
        sector=(chance[2] * SECTORS).astype(np.int64),
        sector_weight=weight,
        own_volatility=own,
        followed=followed,
        turnover=np.where(_stable(tokens), 0.12, 0.015 + 0.06 * chance[3] ** 2),
        inflation=np.where(moves, 0.03 * chance[4], 0.0),
        highest=np.exp(log_centre + reach),
        lowest=np.exp(log_centre - reach),
    )


def _stable(tokens: tuple[Token, ...]) -> noise.Flags:
    return np.array([token.stable for token in tokens])
