"""What transactions cost on each chain: more when the market is stirred, another number with every block."""

import math
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from sandbox import noise
from sandbox.snapshot import HOUR
from sandbox.stand import Scene
from sandbox.timeline import ORIGIN

GWEI = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Chain:
    """One chain's number, its coin here, seconds between blocks, and usual base fee and tip in gwei."""

    number: int
    coin: str
    block_s: float
    base: float
    tip: float


CHAINS = {
    "ethereum": Chain(1, "ethereum", 12.0, 1.4, 0.06),
    "bsc": Chain(56, "binancecoin", 0.75, 0.0, 0.1),
    "polygon": Chain(137, "polygon-ecosystem-token", 2.0, 28.0, 30.0),
    "avalanche": Chain(43114, "avalanche-2", 2.0, 1.1, 0.01),
    "arbitrum": Chain(42161, "ethereum", 0.25, 0.01, 0.0002),
    "optimism": Chain(10, "ethereum", 2.0, 0.0004, 0.0011),
    "base": Chain(8453, "ethereum", 2.0, 0.004, 0.0012),
}


@dataclass(frozen=True, slots=True)
class Fees:
    """The newest blocks, oldest first; amounts in wei. `base` has one more than there are blocks: the next one's."""

    block: int
    base: tuple[int, ...]
    tips: tuple[tuple[int, int, int], ...]
    used: tuple[float, ...]

    @property
    def prices(self) -> tuple[int, int, int]:
        """Whole prices for the next block: slow, average, fast."""
        low, middle, high = (sorted(tips[at] for tips in self.tips)[len(self.tips) // 2] for at in range(3))
        return self.base[-1] + low, self.base[-1] + middle, self.base[-1] + high


def fees_of(scene: Scene, chain: str, blocks: int = 10) -> Fees:
    """Return a chain's fees; the faults `times_ten` and `swapped` change them, `nulls` is for the route to obey."""
    about = CHAINS[chain]
    factor = _factor(scene) * stir(scene, about.coin)
    newest = block_at(chain, scene.seconds)
    rows = [_row(scene.market.seed, chain, block) for block in range(newest - blocks + 1, newest + 2)]
    base = tuple(round(about.base * factor * row[0] * GWEI) for row in rows)
    tips = tuple(_tips(about.tip * factor * row[1]) for row in rows[:-1])
    if scene.fault is not None and scene.fault.kind == "swapped":
        tips = tuple((high, middle, low) for low, middle, high in tips)
    return Fees(newest, base, tips, tuple(row[2] for row in rows[:-1]))


def satoshis_of(scene: Scene) -> tuple[int, int, int]:
    """Return satoshis for a virtual byte on Bitcoin: slow, average, fast."""
    mood = math.exp(0.5 * (2.0 * noise.unit(scene.market.seed, 31, scene.seconds // 600) - 1.0))
    level = 3.0 * mood * stir(scene, "bitcoin") * _factor(scene)
    prices = (max(1, round(level)), max(1, round(level * 1.3)), max(1, round(level * 1.8)))
    swapped = scene.fault is not None and scene.fault.kind == "swapped"
    return (prices[2], prices[1], prices[0]) if swapped else prices


def stir(scene: Scene, coin: str) -> float:
    """Return how much more is paid than usual: by the phase, and by how far the coin moved within an hour."""
    position = scene.market.index.get(coin)
    moved = 0.0 if position is None else abs(float(scene.snapshot.change(HOUR)[position])) / 100.0
    return scene.market.phase_at(scene.moment).turbulence * (1.0 + 25.0 * (moved if moved == moved else 0.0))


def block_at(chain: str, seconds: int) -> int:
    """Return the number of a chain's newest block at a Unix time."""
    return int((seconds - ORIGIN) / CHAINS[chain].block_s)


def _factor(scene: Scene) -> float:
    if scene.fault is None or scene.fault.kind != "times_ten":
        return 1.0
    return float(scene.fault.options.get("factor", 10.0))


@lru_cache(maxsize=4096)
def _row(seed: int, chain: str, block: int) -> tuple[float, float, float]:
    key = noise.mix(seed, 30, crc32(chain.encode()), block)
    used = noise.unit(key, 0)
    return math.exp(0.12 * (2.0 * used - 1.0)), 0.8 + 0.6 * noise.unit(key, 1), round(used, 7)


def _tips(tip: float) -> tuple[int, int, int]:
    return round(tip * 0.4 * GWEI), round(tip * GWEI), round(tip * 2.2 * GWEI)
