"""The paths of a few columns at many times at once: the same numbers as `paths.Paths`, which reads all columns at one time.

A candle needs a hundred times of one token; reading whole markets for it would take seconds.
"""

from functools import lru_cache

import numpy as np

from sandbox import noise
from sandbox.noise import Floats, Ints, UInts
from sandbox.paths import _ENDS, _UNEVENNESS, LEVELS
from sandbox.timeline import ORIGIN, STEP_SECONDS

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def lanes(seed: int, times: Ints, columns: UInts) -> Floats:
    """Return (times, columns) values of unit paths.

    Args:
        seed: Of the paths.
        times: Unix times in ascending order.
        columns: Addresses, some of `noise.columns`.
    """
    steps = (times - ORIGIN) // STEP_SECONDS
    blocks = steps >> LEVELS
    found = np.empty((len(times), len(columns)))
    for block in np.unique(blocks).tolist():
        within = blocks == block
        found[within] = _in_block(seed, block, steps[within] & ((1 << LEVELS) - 1), columns)
    return found


def mixed(key: int, last: Ints) -> UInts:
    """Return `noise.mix(…, last)` for many last parts, `key` being the mix of the parts before."""
    state = (np.uint64(key) ^ last.astype(np.uint64)) + _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(state ^ (state >> np.uint64(31)))


def units(key: int, last: Ints) -> Floats:
    """Return a number in [0, 1) for each last part."""
    return (mixed(key, last) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normals(key: int, last: Ints, columns: UInts) -> Floats:
    """Return (parts, columns) nearly normal numbers."""
    addresses = (mixed(key, last)[:, None] + columns[None, :]).ravel()
    return noise.normals(0, addresses).reshape(len(last), len(columns))


def _in_block(seed: int, block: int, places: Ints, columns: UInts) -> Floats:
    total = np.zeros((len(places), len(columns)))
    for key, nodes, which, weight in _nodes(seed, block, places.tobytes()):
        total += weight[:, None] * normals(key, nodes, columns)[which]
    return total


@lru_cache(maxsize=12)
def _nodes(seed: int, block: int, written: bytes) -> tuple[tuple[int, Ints, Ints, Floats], ...]:
    """Return what the values at some places are made of: (key, nodes, which node each place takes, its weight).

    Kept, because it does not depend on the column: all tokens' candles of one interval lie at the same places.
    """
    places = np.frombuffer(written, dtype=np.int64)
    shares, variances = _descend(seed, block, places)
    low, high = np.ones(len(places)), np.zeros(len(places))
    found: list[tuple[int, Ints, Ints, Floats]] = []
    for level in range(LEVELS - 1, -1, -1):
        share = shares[level]
        right = (places >> (LEVELS - 1 - level) & 1).astype(bool)
        middle = np.where(right, low, high)
        spread = np.sqrt(share * (1.0 - share) * variances[level])
        found.append((noise.mix(seed, 2, block, level), *_once(places >> (LEVELS - level)), middle * spread))
        low, high = (
            np.where(right, low * (1.0 - share), low + high * (1.0 - share)),
            np.where(right, high + low * share, high * share),
        )
    one, all_of_it = np.zeros(1, dtype=np.int64), np.zeros(len(places), dtype=np.int64)
    for end, weight in ((block, low), (block + 1, high)):
        found.append((noise.mix(seed, 2, end, LEVELS), one, all_of_it, weight * _ENDS))
    return tuple(found)


def _descend(seed: int, block: int, places: Ints) -> tuple[list[Floats], list[Floats]]:
    shares: list[Floats] = []
    variances: list[Floats] = []
    variance = np.ones(len(places))
    for level in range(LEVELS):
        nodes, which = _once(places >> (LEVELS - level))
        drawn = 0.5 + _UNEVENNESS * (2.0 * units(noise.mix(seed, 1, block, level), nodes) - 1.0)
        share = drawn[which]
        shares.append(share)
        variances.append(variance)
        variance = variance * np.where(places >> (LEVELS - 1 - level) & 1, 1.0 - share, share)
    return shares, variances


def _once(ascending: Ints) -> tuple[Ints, Ints]:
    """Return the distinct numbers and where each number is among them."""
    first = np.ones(len(ascending), dtype=bool)
    first[1:] = ascending[1:] != ascending[:-1]
    return ascending[first], np.cumsum(first) - 1
