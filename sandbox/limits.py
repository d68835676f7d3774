"""The providers' published request limits, counted in fixed windows as they do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sandbox.wire import Asked

_BINANCE_WEIGHTS = {
    "/api/v3/ticker/24hr": (2, 80),
    "/api/v3/ticker/price": (2, 4),
    "/api/v3/exchangeInfo": (20, 20),
    "/api/v3/klines": (2, 2),
}
_DEPTH_WEIGHTS = ((100, 5), (500, 25), (1000, 50), (5000, 250))


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` units in `window` seconds."""

    most: int
    window: int


# Requests, but weight for Binance. Source: the providers' pages on rate limits, 2026; CoinGecko without a key is about 30.
LIMITS = {
    "coingecko": Limit(30, 60),
    "coingecko_pro": Limit(500, 60),
    "binance": Limit(6000, 60),
    "coinpaprika": Limit(10, 1),
    "coincap": Limit(600, 60),
}


class Usage:
    """How much of each provider's window is used."""

    def __init__(self, seconds: Callable[[], float], more: Mapping[str, Limit] | None = None) -> None:
        self._seconds = seconds
        self._limits = {**LIMITS, **(more or {})}
        self._used: dict[str, tuple[int, int]] = {}

    def spend(self, asked: Asked) -> tuple[int, int | None]:
        """Count a request; return the use of the window so far, and seconds to wait if that is too much."""
        limit, now = self._limits[asked.provider], self._seconds()
        window = int(now // limit.window)
        began, used = self._used.get(asked.provider, (window, 0))
        used = (used if began == window else 0) + weight(asked)
        self._used[asked.provider] = (window, used)
        wait = max(1, round((window + 1) * limit.window - now)) if used > limit.most else None
        return used, wait


def weight(asked: Asked) -> int:
    """Return what a request costs: one, or Binance's weight for one symbol or all."""
    if asked.provider != "binance":
        return 1
    if asked.path == "/api/v3/depth":
        return next((units for levels, units in _DEPTH_WEIGHTS if levels >= asked.integer("limit", 100)), 250)
    one, all_symbols = _BINANCE_WEIGHTS.get(asked.path, (1, 1))
    return one if "symbol" in asked.query else all_symbols
