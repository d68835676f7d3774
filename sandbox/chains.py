"""What is true of each chain: activity, fees, value locked, stablecoins; pure functions of the market's seed and the time.

Fees and transactions rise with turbulence, value locked follows the coin, stablecoins grow in bull phases. A day that is just over
is told a little wrong, and right from the next midnight on; some days are missing for ever.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zlib import crc32

from sandbox import noise
from sandbox.known import KNOWN
from sandbox.market import Market
from sandbox.snapshot import DAY
from sandbox.stand import Scene
from sandbox.timeline import ORIGIN, floor_seconds

_TABLE = """
bitcoin|bitcoin|600|420000|620000|14|5.2e9|0|3.0e6|0|6.5e20
ethereum|ethereum|12|1500000|480000|160|9.0e10|9.0e10|2.1e9|0.4|0
bsc|binancecoin|0.75|12500000|1700000|700|9.0e9|1.1e10|1.6e9|0.1|0
polygon|polygon-ecosystem-token|2|3600000|600000|120000|1.2e9|2.8e9|1.4e8|0.1|0
solana|solana|0.4|95000000|3200000|11000|1.1e10|1.2e10|3.1e9|0.5|0
avalanche|avalanche-2|2|1400000|190000|900|1.4e9|1.6e9|2.3e8|1.0|0
arbitrum|ethereum|0.25|2700000|310000|18|3.1e9|4.1e9|6.0e8|0.8|0
optimism|ethereum|2|1600000|150000|6|6.0e8|6.5e8|5.0e7|0.8|0
base|ethereum|2|9500000|900000|70|4.4e9|4.3e9|1.1e9|0.9|0
tron|tron|3|8300000|2400000|2900000|5.3e9|7.8e10|1.1e8|0.7|0
cardano|cardano|20|61000|29000|16000|3.1e8|4.0e7|4.0e6|0|0
litecoin|litecoin|150|190000|320000|14|3.0e6|0|0|0|2.4e15
dogecoin|dogecoin|60|42000|55000|9000|1.5e7|0|0|0|2.3e15
polkadot|polkadot|6|13000|7000|90|1.9e8|8.0e7|0|0|0
near|near|0.6|7800000|2900000|5200|1.6e8|6.8e8|1.0e8|0|0
ton|the-open-network|2.5|2100000|380000|6500|1.5e8|1.0e9|6.0e6|0|0
bitcoin-cash|bitcoin-cash|600|21000|36000|0.4|8.0e6|0|0|0|4.1e18
sui|sui|0.25|5600000|900000|9000|9.0e8|5.5e8|9.0e7|0|0
aptos|aptos|0.1|3900000|700000|1100|4.5e8|1.2e9|4.0e7|0|0
"""
"""chain | coin | seconds a block | transactions | addresses | fees in coins | value locked | stablecoins | exchange volume | kept share | hashes/s"""

_CENTRE = {known.id: known.price for known in KNOWN}
_SUPPLY = {known.id: known.circulating for known in KNOWN}
_KINDS = ("transactions", "addresses", "fees", "tvl", "stablecoins", "volume", "hashes")
_GAPS = 0.012


@dataclass(frozen=True, slots=True)
class About:
    """What is usual on a chain where the paths are centred, for a day."""

    coin: str
    block_s: float
    transactions: float
    addresses: float
    fees: float
    tvl: float
    stablecoins: float
    volume: float
    kept: float
    hashes: float


def _read(line: str) -> tuple[str, About]:
    name, coin, *rest = line.split("|")
    return name, About(coin, *map(float, rest))


CHAINS: dict[str, About] = dict(_read(line) for line in _TABLE.split("\n") if line)


@dataclass(frozen=True, slots=True)
class Facts:
    """One chain at a moment; flows are those of a day."""

    price: float
    transactions: int
    addresses: int
    fees: float
    fees_usd: float
    revenue_usd: float
    tvl: float
    stablecoins: float
    volume: float
    supply: float
    hashes: float
    pending: int


def facts_of(scene: Scene, chain: str) -> Facts:
    """Return what is shown of a chain at the scene's moment, a fault of facts in it (`nulls` are the route's to obey)."""
    return _faulty(scene, chain, scene.seconds)


def day_of(scene: Scene, chain: str, day: int) -> Facts:
    """Return what is shown of the UTC day that begins at a Unix time."""
    noon = min(day + DAY // 2, scene.seconds)
    return _faulty(scene, chain, noon, told=revised(scene, chain, day))


def days_of(scene: Scene, chain: str, *, first: int | None = None, most: int = 500) -> Iterator[tuple[int, Facts]]:
    """Yield the days that are over, oldest first, as (Unix time of its beginning, facts); gaps are left out."""
    today = scene.seconds - scene.seconds % DAY
    for day in range(max(today - most * DAY, first or 0, ORIGIN - ORIGIN % DAY + 800 * DAY), today, DAY):
        if noise.unit(scene.market.seed, 41, crc32(chain.encode()), day // DAY) >= _GAPS:
            yield day, day_of(scene, chain, day)


def revised(scene: Scene, chain: str, day: int) -> float:
    """Return by what factor a day is told wrong: within the first day after it by up to half a percent, then not at all."""
    if scene.seconds >= day + 2 * DAY:
        return 1.0
    return 1.0 + 0.01 * (noise.unit(scene.market.seed, 42, crc32(chain.encode()), day // DAY) - 0.5)


def height_of(chain: str, seconds: float) -> int:
    """Return the number of a chain's newest block at a Unix time."""
    return int((seconds - ORIGIN) / CHAINS[chain].block_s)


def block_time(chain: str, height: int) -> int:
    """Return the Unix time of a block, rounded up, so that it is the newest one then."""
    return math.ceil(ORIGIN + height * CHAINS[chain].block_s)


def empty(scene: Scene) -> bool:
    """Return whether the answer shall have nulls for numbers."""
    return scene.fault is not None and scene.fault.kind == "nulls"


def _faulty(scene: Scene, chain: str, seconds: int, *, told: float = 1.0) -> Facts:
    fault = scene.fault
    if fault is not None and fault.kind == "swapped":
        chain = {"bitcoin": "ethereum", "ethereum": "bitcoin"}.get(chain, chain)
    factor = float(fault.options.get("factor", 10.0)) if fault is not None and fault.kind == "times_ten" else 1.0
    return _facts(scene.market, chain, floor_seconds(datetime.fromtimestamp(seconds, UTC)), told * factor)


@lru_cache(maxsize=40_000)
def _facts(market: Market, chain: str, seconds: int, factor: float) -> Facts:
    about = CHAINS[chain]
    price, rise, stir, growth = _weather(market, about.coin, seconds)
    mood = {kind: _mood(market.seed, chain, number, seconds) for number, kind in enumerate(_KINDS)}
    fees = about.fees * stir**1.5 * mood["fees"] ** 2 * factor
    years = (seconds - 1_767_225_600) / 31_557_600
    return Facts(
        price=price,
        transactions=round(about.transactions * (0.8 + 0.2 * stir) * mood["transactions"] * factor),
        addresses=round(about.addresses * rise**0.3 * (0.8 + 0.2 * stir) * mood["addresses"] * factor),
        fees=fees,
        fees_usd=fees * price,
        revenue_usd=fees * price * about.kept,
        tvl=about.tvl * rise * mood["tvl"] ** 0.4 * factor,
        stablecoins=about.stablecoins * growth * mood["stablecoins"] ** 0.1 * factor,
        volume=about.volume * stir * rise * mood["volume"] ** 2 * factor,
        supply=_supply(market, about.coin, seconds) * factor,
        hashes=about.hashes * math.exp(0.3 * years) * mood["hashes"] ** 0.5 * factor,
        pending=round(about.transactions * 0.02 * stir * mood["transactions"] ** 3 * factor),
    )


def _weather(market: Market, coin: str, seconds: int) -> tuple[float, float, float, float]:
    """Return the coin's price, its ratio to where it is centred, how stirred the market is, and how far money came in."""
    prices, before = _prices(market, seconds), _prices(market, seconds - DAY)
    price = prices.get(coin, _CENTRE[coin])
    moved = abs(prices["bitcoin"] / before["bitcoin"] - 1.0)
    moment = datetime.fromtimestamp(seconds, UTC)
    phase = market.phase_at(moment)
    return price, price / _CENTRE[coin], phase.turbulence * (1.0 + 4.0 * moved), math.exp(0.4 * phase.drift_at(moment))


@lru_cache(maxsize=4_000)
def _prices(market: Market, seconds: int) -> dict[str, float]:
    """Return the prices of the chains' coins, as far as this market has them."""
    prices = market.prices_at(seconds)
    coins = {about.coin for about in CHAINS.values()} & market.index.keys()
    found = {coin: float(prices[market.index[coin]]) for coin in coins}
    return {coin: price for coin, price in found.items() if not math.isnan(price)}


def _supply(market: Market, coin: str, seconds: int) -> float:
    position = market.index.get(coin)
    return _SUPPLY[coin] if position is None else float(market.circulating_at(seconds)[position])


def _mood(seed: int, chain: str, kind: int, seconds: int) -> float:
    """Return a factor about 1 that drifts from day to day."""
    day, rest = divmod(seconds, DAY)
    key = crc32(chain.encode())
    today, tomorrow = (noise.unit(seed, 40, key, kind, day + ahead) for ahead in (0, 1))
    return math.exp(0.3 * (today + (tomorrow - today) * rest / DAY - 0.5))
