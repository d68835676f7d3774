"""What one provider says about the market: its own tokens, a little late, a few basis points off."""

from dataclasses import dataclass, replace

import numpy as np

from sandbox import noise
from sandbox.noise import Flags, Floats, Ints
from sandbox.snapshot import DAY, MINUTE, Snapshot
from sandbox.timeline import STEP_SECONDS
from sandbox.tokens import Token

PROVIDERS = ("coingecko", "coingecko_pro", "binance", "coinpaprika", "coincap")
_NUMBERS = {"coingecko": 1, "coingecko_pro": 1, "binance": 2, "coinpaprika": 3, "coincap": 4, "coinmarketcap": 5}
# Seconds that a price may be old when it is shown: an exchange is prompt, an aggregator is not.
_SLOWEST = {"coingecko": 75, "coingecko_pro": 45, "binance": 2, "coinpaprika": 60, "coincap": 30, "coinmarketcap": 60}


@dataclass(frozen=True)
class View:
    """Arrays in the order of `market.tokens`; `order` lists the positions the provider shows, best ranked first.

    `said_at` is the Unix time the answer speaks of, `lag` how many seconds older each price is; `snapshot` is the truth behind
    it, and `honest` the price before any fault.
    """

    snapshot: Snapshot
    said_at: int
    order: Ints
    honest: Floats
    price: Floats
    high: Floats
    low: Floats
    volume: Floats
    lag: Floats

    @property
    def tokens(self) -> tuple[Token, ...]:
        """All tokens of the market."""
        return self.snapshot.market.tokens

    @property
    def market_cap(self) -> Floats:
        """Price times circulating supply; NaN without one of them."""
        return self.price * self.snapshot.circulating

    @property
    def rank(self) -> Floats:
        """The provider's ranks from 1; NaN for what it does not show."""
        ranks = np.full(len(self.price), np.nan)
        ranks[self.order] = np.arange(1, len(self.order) + 1)
        return ranks

    def change(self, seconds: int) -> Floats:
        """Return the change over the last `seconds` in percent, as this provider sees it."""
        return (self.honest / self.snapshot.before(seconds) - 1.0) * 100.0

    def with_prices(self, price: Floats) -> "View":
        """Return the view with other prices; the day's extremes move along."""
        ratio = price / self.price
        return replace(self, price=price, high=self.high * ratio, low=self.low * ratio)


def view_of(provider: str, snapshot: Snapshot) -> View:
    """Return what `provider` shows in one step of the market."""
    market, number = snapshot.market, _NUMBERS[provider]
    at = noise.columns(len(market.tokens))
    key = noise.mix(market.seed, 12, number)
    wobble = noise.normals(noise.mix(key, snapshot.seconds // STEP_SECONDS), at)
    factor = np.exp((2.0e-4 + 8.0e-4 * market.smallness) * wobble)

    lag = _SLOWEST[provider] * noise.uniforms(noise.mix(key, 1, snapshot.seconds // MINUTE), at)
    earlier = snapshot.before(5 * MINUTE)
    moved = np.where(np.isfinite(earlier), earlier / snapshot.price, 1.0)
    price = snapshot.price * moved ** (lag / (5 * MINUTE)) * factor
    high, low = snapshot.extremes
    volume = snapshot.volume * np.exp(0.04 * noise.normals(noise.mix(key, 2, snapshot.seconds // DAY), at))
    order = _ranked(snapshot, price, shown_by(provider, market.tokens))
    return View(snapshot, snapshot.seconds, order, price, price, np.fmax(high, price), np.fmin(low, price), volume, lag)


def _ranked(snapshot: Snapshot, price: Floats, shown: Flags) -> Ints:
    """A provider ranks by its own prices; what has no known supply comes last."""
    listed = snapshot.order[shown[snapshot.order]]
    worth = np.nan_to_num(price * snapshot.circulating)[listed]
    return listed[np.argsort(-worth, kind="stable")]


def shown_by(provider: str, tokens: tuple[Token, ...]) -> Flags:
    """Return which tokens a provider knows; both CoinGeckos know all."""
    name = provider if provider in ("binance", "coinpaprika", "coincap") else "id"
    return np.array([getattr(token, name) is not None for token in tokens])
