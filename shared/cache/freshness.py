"""How long answers may be kept, by what they tell; a policy becomes a `Cache-Control` header and is read back from it."""

from dataclasses import dataclass
from functools import cached_property, lru_cache


@dataclass(frozen=True)
class Freshness:
    """Seconds an answer is fresh, may then be served while one request renews it, and may stand in when renewing fails."""

    name: str
    max_age: int
    stale_while_revalidate: int = 0
    stale_if_error: int = 0

    @cached_property
    def cache_control(self) -> str:
        """The header's value; nothing may be kept when `max_age` is 0."""
        if not self.max_age:
            return "no-store"
        return (
            f"public, max-age={self.max_age}, stale-while-revalidate={self.stale_while_revalidate}, "
            f"stale-if-error={self.stale_if_error}"
        )


NO_STORE = Freshness("no-store", 0)

CANDLES = {
    "1m": Freshness("candles", 15, 15, 3_600),
    "5m": Freshness("candles", 30, 30, 3_600),
    "15m": Freshness("candles", 60, 60, 3_600),
    "1h": Freshness("candles", 60, 60, 21_600),
    "4h": Freshness("candles", 300, 300, 86_400),
    "1d": Freshness("candles", 300, 300, 86_400),
    "1w": Freshness("candles", 900, 900, 86_400),
}
"""By interval: the last candle is open and moves on."""
DEPTH = Freshness("depth", 10, 10, 60)
GAS = Freshness("gas", 15, 15, 300)
STATUS = Freshness("status", 15, 15, 300)
LIVE_PRICES = Freshness("live-prices", 60, 60, 3_600)
MARKET_OVERVIEW = Freshness("market-overview", 300, 300, 21_600)
MOVERS = Freshness("movers", 300, 300, 21_600)
SCREENER = Freshness("screener", 300, 300, 21_600)
TOKENS = Freshness("tokens", 3_600, 3_600, 86_400)
SIGNALS = Freshness("signals", 300, 300, 21_600)
NEWS = Freshness("news", 300, 300, 86_400)
WHALE_ALERTS = Freshness("whale-alerts", 300, 300, 21_600)
HISTORY = Freshness("history", 300, 300, 86_400)
TRENDING = Freshness("trending", 600, 600, 21_600)
REGIME = Freshness("regime", 900, 900, 86_400)
INDICES = Freshness("indices", 900, 900, 86_400)
SCORES = Freshness("scores", 1_800, 1_800, 86_400)
PREDICTIONS = Freshness("predictions", 1_800, 1_800, 86_400)
SENTIMENT = Freshness("sentiment", 3_600, 3_600, 86_400)
TRACK_RECORD = Freshness("track-record", 3_600, 3_600, 86_400)
CATALOG = Freshness("catalog", 3_600, 3_600, 86_400)
ON_CHAIN = Freshness("on-chain", 21_600, 21_600, 172_800)
DATAPOINTS = Freshness("datapoints", 86_400, 86_400, 172_800)


@lru_cache(maxsize=256)
def freshness_from(cache_control: bytes) -> Freshness | None:
    """Return what a `Cache-Control` value permits a shared cache, `None` where it may keep nothing.

    Only `public` with a positive `max-age` is a permission here: an answer that says nothing is not kept.
    """
    directives: dict[str, str] = {}
    for part in cache_control.decode("latin-1").lower().split(","):
        name, _, value = part.strip().partition("=")
        directives[name] = value.strip('" ')
    if "public" not in directives or directives.keys() & {"no-store", "no-cache", "private"}:
        return None
    age = _seconds(directives, "s-maxage") or _seconds(directives, "max-age")
    if not age:
        return None
    return Freshness("", age, _seconds(directives, "stale-while-revalidate"), _seconds(directives, "stale-if-error"))


def _seconds(directives: dict[str, str], name: str) -> int:
    value = directives.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
