"""Candles of the market's own path, as each venue sees them: pure functions of seed and time, and fast for one token.

Up to an hour long they are read every half minute of the path, so that an hour is exactly what its sixty minutes are; longer ones
are read more seldom, so their extremes are inside those of their hours, by a thousandth or so. Volumes add up to the last digit
that is written: an hour has its own, which its minutes share.
"""

from dataclasses import dataclass

import numpy as np

from sandbox import noise
from sandbox.lanes import mixed, units
from sandbox.market import Market
from sandbox.mispricing import skew_of
from sandbox.noise import Flags, Floats, Ints
from sandbox.snapshot import DAY, HOUR, MINUTE
from sandbox.stand import Scene
from sandbox.timeline import STEP_SECONDS
from sandbox.tokens import Token
from sandbox.tracks import track

VENUES = {"binance": 1, "coinbase": 2, "kraken": 3, "coingecko": 4, "cryptocompare": 5}
_SHARE = {"binance": 0.2, "coinbase": 0.05, "kraken": 0.02, "coingecko": 1.0, "cryptocompare": 0.6}
"""Of all volume."""
_SILENT = {"binance": 0.0005, "coinbase": 0.004, "kraken": 0.0, "coingecko": 0.0, "cryptocompare": 0.0}
"""How likely a minute is missing there."""
_HALF_MINUTE = 30
_REVISED_WITHIN = 3 * MINUTE
_REVISED = 0.01
_OFFSET = 2.0e-4
_WEEKS_FROM = 4 * DAY
"""1970-01-05 was a Monday."""


@dataclass(frozen=True, slots=True)
class Candles:
    """Arrays, oldest first, without the candles that are missing; prices and turnover in the venue's quote currency."""

    opened: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    turnover: Floats
    closed: Flags
    trades: Ints


def candles_of(scene: Scene, venue: str, token: Token, interval: int, first: int, count: int) -> Candles | None:
    """Return up to `count` candles from the first that opens at or after `first`, the open one included; `None` for none.

    Args:
        scene: The moment, and the fault to obey.
        venue: One of `VENUES`.
        token: Of the market.
        interval: Seconds.
        first: Unix time.
        count: At most so many.
    """
    market, now = scene.market, scene.seconds
    position = _swapped(scene, market.index[token.id])
    offset = _WEEKS_FROM if interval == 7 * DAY else 0
    begins = -(-(max(first, token.listed_at) - offset) // interval) * interval + offset
    ends = now if token.delisted_at is None else min(now, token.delisted_at - STEP_SECONDS)
    count = min(count, (ends - begins) // interval + 1)
    if count <= 0:
        return None
    opened = begins + interval * np.arange(count, dtype=np.int64)
    prices = _prices(scene, venue, position, interval, opened, ends)
    turnover, volume = _traded(market, venue, position, interval, opened, ends, prices)
    closed = opened + interval <= now
    late = closed & (now - opened - interval < _REVISED_WITHIN)
    number = noise.mix(market.seed, 22, VENUES[venue], position)
    behind = np.where(late & (units(number, opened // interval) < _REVISED), 0.97, 1.0)
    open_, close = prices[:, 0], prices[:, -1]
    shown = ~np.isnan(open_)
    if interval == MINUTE:
        shown &= ~closed | (units(noise.mix(number, 1), opened // MINUTE) >= _SILENT[venue])
    high, low = prices.max(axis=1), prices.min(axis=1)
    trades = 1 + (turnover / 800.0).astype(np.int64)
    return Candles(
        (opened + skew_of(scene.fault))[shown],
        open_[shown],
        high[shown],
        low[shown],
        close[shown],
        (volume * behind)[shown],
        (turnover * behind)[shown],
        closed[shown],
        trades[shown],
    )


def decimals(token: Token) -> int:
    """Return to how many decimals a venue writes a token's price: six digits or so, two for the dearest."""
    return int(np.clip(5 - np.floor(np.log10(token.centre)), 2, 8))


def _prices(scene: Scene, venue: str, position: int, interval: int, opened: Ints, ends: int) -> Floats:
    """Return (candles, readings) prices, the first and the last reading being open and close."""
    market = scene.market
    step = _step(interval)
    readings = interval // step
    times = opened[0] + step * np.arange(len(opened) * readings + 1, dtype=np.int64)
    times = np.minimum(times, ends - (ends - times[0]) % STEP_SECONDS)
    price = track(market, position, times)
    if venue == "binance" and "tether" in market.index:
        price = price / track(market, market.index["tether"], times)
    price = price * np.exp(_OFFSET * _bell(market.seed, VENUES[venue], position))
    if scene.fault and scene.fault.kind == "times_ten":
        price = price * float(scene.fault.options.get("factor", 10.0))
    digits = decimals(market.tokens[position])
    price = np.maximum(np.round(price, digits), 10.0**-digits)
    starts = readings * np.arange(len(opened))
    windows: Floats = price[starts[:, None] + np.arange(readings + 1)[None, :]]
    return _without(scene, windows, opened)


def _without(scene: Scene, windows: Floats, opened: Ints) -> Floats:
    """Under the fault `nulls` a share of the candles has no prices; they are marked by infinity."""
    if scene.fault and scene.fault.kind == "nulls":
        share = float(scene.fault.options.get("share", 0.1))
        windows[units(noise.mix(scene.market.seed, 13), opened) < share] = np.inf
    return windows


def _traded(
    market: Market, venue: str, position: int, interval: int, opened: Ints, ends: int, prices: Floats
) -> tuple[Floats, Floats]:
    """Return turnover in quote currency and volume in tokens."""
    unit = MINUTE if interval <= HOUR else HOUR
    pieces = interval // unit
    times = opened[:, None] + unit * np.arange(pieces)[None, :]
    passed = np.clip((ends - times) / unit, 0.0, 1.0)
    dollars = _by_minute(market, venue, position, times) if unit == MINUTE else _by_hour(market, venue, position, times)
    dollars = dollars * passed
    if unit == MINUTE:
        readings = prices.shape[1] - 1
        paid = prices[:, :-1:2] if readings > 1 else prices[:, :1]
        volume = dollars / paid[:, :pieces]
    else:
        volume = dollars / prices[:, :1]
    return np.round(dollars, 2).sum(axis=1), np.round(np.nan_to_num(volume), 5).sum(axis=1)


def _by_minute(market: Market, venue: str, position: int, times: Ints) -> Floats:
    """An hour's turnover, shared by its minutes."""
    key = noise.mix(market.seed, 23, VENUES[venue], position)
    hours = times // HOUR
    first, last = int(hours.min()), int(hours.max())
    weights = 0.2 + units(key, MINUTE * first + np.arange((last - first + 1) * MINUTE)).reshape(-1, MINUTE) ** 2
    shares = weights / weights.sum(axis=1, keepdims=True)
    dollars: Floats = _by_hour(market, venue, position, hours * HOUR) * shares[hours - first, times % HOUR // MINUTE]
    return dollars


def _by_hour(market: Market, venue: str, position: int, times: Ints) -> Floats:
    traits, token = market.traits, market.tokens[position]
    worth = token.centre * (token.circulating or 1.0e6 / token.centre)
    days = units(noise.mix(market.seed, 24, position), times.ravel() // DAY).reshape(times.shape)
    hours = units(noise.mix(market.seed, 25, VENUES[venue], position), times.ravel() // HOUR).reshape(times.shape)
    mood = (0.4 + 1.2 * days) * (0.5 + hours)
    dollars: Floats = worth * float(traits.turnover[position]) / 24.0 * _SHARE[venue] * mood
    return dollars


def _step(interval: int) -> int:
    if interval <= HOUR:
        return _HALF_MINUTE
    return 600 if interval <= 4 * HOUR else HOUR if interval <= DAY else 4 * HOUR


def _bell(seed: int, venue: int, position: int) -> float:
    address = mixed(noise.mix(seed, 21, venue), np.array([position]))
    return float(noise.normals(0, address)[0])


def _swapped(scene: Scene, position: int) -> int:
    if scene.fault and scene.fault.kind == "swapped":
        index = scene.market.index
        one, other = (index[name] for name in scene.fault.options.get("tokens", ["bitcoin", "ethereum"]))
        return {one: other, other: one}.get(position, position)
    return position
