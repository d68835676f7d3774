"""Order books around the true price: tighter and deeper for large tokens, wider when the market is in turmoil."""

import math
from dataclasses import dataclass
from zlib import crc32

from sandbox import noise
from sandbox.stand import Scene

_LEVELS = 150
_REACH = 0.05
"""The furthest level's distance from the mid."""
SHARE = {
    "binance": 0.2,
    "coinbase": 0.06,
    "kraken": 0.03,
    "bitstamp": 0.01,
    "gemini": 0.01,
    "kucoin": 0.03,
    "okx": 0.08,
    "bitfinex": 0.01,
}
"""Of a token's volume, what a venue trades."""
_WITHIN_REACH = 0.006
"""Of a venue's daily volume, what is offered a side within the reach."""
Side = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Book:
    """(price, amount) of each level, best prices first."""

    bids: Side
    asks: Side


def book_at(scene: Scene, venue: str, position: int, *, tick: float, tether: float = 1.0) -> Book:
    """Return the book of one token at a venue, its prices multiples of the tick, in dollars or in what costs `tether` of them.

    The faults `frozen`, `times_ten` and `swapped` change the price; `nulls` empties the book.
    """
    market, token = scene.market, scene.market.tokens[position]
    price = price_at(scene, venue, position) / tether
    if price != price or emptied(scene, position):
        return Book([], [])
    key = noise.mix(market.seed, 40, crc32(f"{venue} {token.id}".encode()), scene.seconds // 5)
    turmoil = market.phase_at(scene.moment).turbulence
    half = (0.00004 + 0.004 * float(market.smallness[position])) * turmoil * (0.8 + 0.4 * noise.unit(key, 0))
    worth = float(scene.snapshot.volume[position]) * SHARE[venue] * _WITHIN_REACH / turmoil / tether
    return Book(
        _side(noise.mix(key, 1), price, -1, half=half, worth=worth * (0.7 + 0.6 * noise.unit(key, 2)), tick=tick),
        _side(noise.mix(key, 3), price, 1, half=half, worth=worth * (0.7 + 0.6 * noise.unit(key, 4)), tick=tick),
    )


def price_at(scene: Scene, venue: str, position: int) -> float:
    """Return a token's price at a venue in dollars, a few basis points off the truth, with any fault of prices in it."""
    market, fault = scene.market, scene.fault
    prices = scene.snapshot.price
    factor = 1.0
    if fault is not None and fault.kind == "times_ten":
        factor = float(fault.options.get("factor", 10.0))
    if fault is not None and fault.kind == "swapped":
        one, other = (market.index[name] for name in fault.options.get("tokens", ["bitcoin", "ethereum"]))
        position = {one: other, other: one}.get(position, position)
    key = noise.mix(market.seed, 41, crc32(f"{venue} {position}".encode()), scene.seconds // 5)
    return float(prices[position]) * factor * math.exp(0.0003 * (2.0 * noise.unit(key) - 1.0))


def tick_of(price: float) -> float:
    """Return the step of prices: a cent for a bitcoin, the eighth decimal for the cheapest."""
    return (
        1e-2
        if price >= 100.0
        else 1e-4
        if price >= 1.0
        else 1e-6
        if price >= 0.01
        else 1e-8
        if price >= 1e-4
        else 1e-10
    )


def _side(key: int, mid: float, sign: int, *, half: float, worth: float, tick: float) -> Side:
    """Return levels that lie the thicker the nearer to the mid; each holds its part of what the side is worth."""
    parts = [(0.3 + step / _LEVELS) * math.exp(noise.unit(key, step) - 0.5) for step in range(_LEVELS)]
    whole, taken = sum(parts), 0
    found: Side = []
    for step, part in enumerate(parts):
        price = mid * (1.0 + sign * (half + (_REACH - half) * (step / (_LEVELS - 1)) ** 2))
        steps = math.floor(price / tick) if sign < 0 else math.ceil(price / tick)
        if steps <= 0:
            break
        amount = worth * part / whole / price
        if steps == taken:
            found[-1] = (found[-1][0], found[-1][1] + amount)
        else:
            found.append((steps * tick, amount))
        taken = steps
    return found


def emptied(scene: Scene, position: int) -> bool:
    """Return whether the fault `nulls` takes what is said of a token away."""
    fault, token = scene.fault, scene.market.tokens[position]
    if fault is None or fault.kind != "nulls":
        return False
    named = token.id in fault.options.get("tokens", [])
    return named or noise.unit(scene.market.seed, 42, crc32(token.id.encode())) < float(fault.options.get("share", 0.1))
