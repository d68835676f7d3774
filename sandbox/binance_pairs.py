"""The pairs that Binance trades: many against tether, the best placed against bitcoin too, and the dead ones it still lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from sandbox.known import DEAD_PAIRS
from sandbox.noise import Floats
from sandbox.snapshot import DAY
from sandbox.view import View

_BTC_PAIRS = 60
_LEAST_IN_BTC = 1e-6  # eight decimals say too little about what is cheaper


@dataclass(frozen=True, slots=True)
class Pair:
    """One traded pair; prices in the quote asset, rounded to the pair's tick; volume in the base asset; NaN for no price."""

    symbol: str
    base: str
    quote: str
    last: float
    open: float
    high: float
    low: float
    tick: float
    volume: float
    first_id: int


def pairs(view: View) -> Iterator[Pair]:
    """Yield the traded pairs, the best ranked tokens first."""
    index, truth = view.snapshot.market.index, view.snapshot.price
    # Prices are in tether, which is not exactly a dollar.
    tether = float(truth[index["tether"]]) if "tether" in index else 1.0
    yield from _against(view, "USDT", view.order.tolist(), view.price / tether, _opened(view) / tether, share=0.2)
    if "bitcoin" in index:
        bitcoin = index["bitcoin"]
        price, opened = view.price / view.honest[bitcoin], _opened(view) / _opened(view)[bitcoin]
        top = [
            position
            for position in view.order[:_BTC_PAIRS].tolist()
            if not view.tokens[position].stable and position != bitcoin
        ]
        bases = [position for position in top if not price[position] < _LEAST_IN_BTC]
        yield from _against(view, "BTC", bases, price, opened, share=0.01)


def dead_symbols(view: View) -> list[str]:
    """Return the symbols that no longer trade: some of long ago, and those of tokens delisted since."""
    listed = set(view.order.tolist())
    gone = [token.binance for position, token in enumerate(view.tokens) if token.binance and position not in listed]
    return [*DEAD_PAIRS, *(f"{base}USDT" for base in gone)]


def _opened(view: View) -> Floats:
    """Prices of a day ago; today's for what was not listed then."""
    before = view.snapshot.before(DAY)
    return np.where(np.isfinite(before), before, view.honest)


def _against(
    view: View,
    quote: str,
    bases: list[int],
    price: Floats,
    opened: Floats,
    *,
    share: float,
) -> Iterator[Pair]:
    """Yield the pairs of one quote asset, which see `share` of all volume."""
    # Against bitcoin the day's extremes are those in dollars, as far from the last price.
    high, low = price * (view.high / view.price), price * (view.low / view.price)
    columns = [array[bases].tolist() for array in (price, opened, np.fmax(high, opened), np.fmin(low, opened))]
    volumes = (share * view.volume / view.honest)[bases].tolist()
    for position, last, first, highest, lowest, volume in zip(bases, *columns, volumes, strict=True):
        base = view.tokens[position].binance or ""
        tick = _tick(first)
        last, first, highest, lowest = (_rounded(one, tick) for one in (last, first, highest, lowest))
        number = crc32(view.tokens[position].id.encode())
        yield Pair(base + quote, base, quote, last, first, highest, lowest, tick, round(volume, 2), number)


def _rounded(price: float, tick: float) -> float:
    """Round to the tick, but never to nothing: a price of zero means a dead pair."""
    return price if price != price else max(tick, round(round(price / tick) * tick, 8))


def _tick(price: float) -> float:
    """A hundredth for a bitcoin, the eighth decimal for the cheapest."""
    return 1e-2 if price >= 100.0 else 1e-4 if price >= 1.0 else 1e-6 if price >= 0.01 else 1e-8
