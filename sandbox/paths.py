"""Random paths with volatility clustering that can be read at any time without walking there.

Time is cut into blocks of 2²³ steps (485 days). Inside a block the path is a Brownian bridge, refined level by level: every
interval has a variance, which its halves share unevenly (a multiplicative cascade, the same for all columns), and its midpoint
gets a random number of its own. Volatility therefore clusters at every scale from months to seconds.

A value is linear in the random numbers of the 25 nodes above it, with weights that do not depend on the column; `weights`
finds them from the leaf upwards, and `Paths.at` adds them up for all columns at once.

Source: Mandelbrot, Fisher and Calvet, A Multifractal Model of Asset Returns (1997); Lévy's construction of Brownian motion.
"""

from collections import OrderedDict
from functools import lru_cache

import numpy as np

from sandbox import noise
from sandbox.noise import Floats
from sandbox.timeline import ORIGIN, STEP_SECONDS

LEVELS = 23
BLOCK_SECONDS = STEP_SECONDS << LEVELS
_UNEVENNESS = 0.21  # halves get 50 ± 21 % of the variance at most
_ENDS = 0.6  # standard deviation where blocks meet, in units of a block's own

Node = tuple[int, int, int]
Weights = tuple[tuple[Node, float], ...]


@lru_cache(maxsize=65_536)
def _share(seed: int, block: int, level: int, index: int) -> float:
    return 0.5 + _UNEVENNESS * (2.0 * noise.unit(seed, 1, block, level, index) - 1.0)


@lru_cache(maxsize=4096)
def weights(seed: int, seconds: int) -> Weights:
    """Return the nodes (block, level, index) that a path's value at a Unix time depends on, and how much."""
    block, position = divmod((seconds - ORIGIN) // STEP_SECONDS, 1 << LEVELS)
    shares, variances = _descend(seed, block, position)
    low, high = 1.0, 0.0
    found: list[tuple[Node, float]] = []
    for level in range(LEVELS - 1, -1, -1):
        share = shares[level]
        goes_right = position >> (LEVELS - 1 - level) & 1
        middle = low if goes_right else high
        if middle:
            spread = (share * (1.0 - share) * variances[level]) ** 0.5
            found.append(((block, level, position >> (LEVELS - level)), middle * spread))
        if goes_right:
            low, high = low * (1.0 - share), high + low * share
        else:
            low, high = low + high * (1.0 - share), high * share
    found.append(((block, LEVELS, 0), low * _ENDS))
    found.append(((block + 1, LEVELS, 0), high * _ENDS))
    return tuple(found)


def _descend(seed: int, block: int, position: int) -> tuple[list[float], list[float]]:
    shares, variances, variance = [], [], 1.0
    for level in range(LEVELS):
        share = _share(seed, block, level, position >> (LEVELS - level))
        shares.append(share)
        variances.append(variance)
        variance *= 1.0 - share if position >> (LEVELS - 1 - level) & 1 else share
    return shares, variances


class Paths:
    """Unit paths for many columns: standard deviation about one per block (485 days)."""

    def __init__(self, seed: int, count: int, *, kept_nodes: int = 512) -> None:
        self._seed = seed
        self._columns = noise.columns(count)
        self._kept: OrderedDict[Node, Floats] = OrderedDict()
        self._kept_nodes = kept_nodes

    def at(self, seconds: int) -> Floats:
        """Return every column's value at a Unix time (a multiple of the step)."""
        total = np.zeros(len(self._columns))
        term = np.empty(len(self._columns))
        for node, weight in weights(self._seed, seconds):
            np.multiply(self._numbers(node), weight, out=term)
            total += term
        return total

    def _numbers(self, node: Node) -> Floats:
        # Numbers are kept only to save computing them again: neighbouring times share most of their nodes.
        numbers = self._kept.get(node)
        if numbers is None:
            numbers = self._kept[node] = noise.normals(noise.mix(self._seed, 2, *node), self._columns)
            if len(self._kept) > self._kept_nodes:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(node)
        return numbers
