"""The market at one moment, with the changes that its own path says."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sandbox.noise import Floats, Ints
from sandbox.timeline import ORIGIN, STEP_SECONDS

if TYPE_CHECKING:
    from sandbox.market import Market

MINUTE, HOUR, DAY = 60, 3600, 86_400
# Extremes are looked for on a coarse grid of the paths (every 43 minutes), where reading them is cheap.
_COARSE = STEP_SECONDS << 9


class Snapshot:
    """Arrays over all tokens of the market, in `market.tokens` order; NaN for what does not exist.

    `order` lists the positions of the listed tokens by market capitalisation, largest first, those without one last.
    """

    def __init__(self, market: Market, seconds: int) -> None:
        self.market = market
        self.seconds = seconds
        self._before: dict[int, Floats] = {}

    @property
    def moment(self) -> datetime:
        """The start of the step."""
        return datetime.fromtimestamp(self.seconds, UTC)

    def before(self, seconds: int) -> Floats:
        """Return the prices of so many seconds ago."""
        if seconds not in self._before:
            self._before[seconds] = self.market.prices_at(self.seconds - seconds)
        return self._before[seconds]

    def change(self, seconds: int) -> Floats:
        """Return the price change over the last `seconds`, in percent; NaN for tokens that were not listed then."""
        return (self.price / self.before(seconds) - 1.0) * 100.0

    @property
    def price(self) -> Floats:
        """True prices in US dollars."""
        return self.before(0)

    @cached_property
    def circulating(self) -> Floats:
        """Circulating supplies in tokens."""
        return self.market.circulating_at(self.seconds)

    @cached_property
    def market_cap(self) -> Floats:
        """Market capitalisations in US dollars."""
        return self.price * self.circulating

    @cached_property
    def volume(self) -> Floats:
        """Volumes of the last 24 hours in US dollars: more when prices moved."""
        return self._volume(self.seconds, self.price, self.before(DAY))

    @cached_property
    def volume_yesterday(self) -> Floats:
        """Volumes of the 24 hours before the last ones."""
        return self._volume(self.seconds - DAY, self.before(DAY), self.before(2 * DAY))

    @cached_property
    def extremes(self) -> tuple[Floats, Floats]:
        """Highest and lowest prices of the last 24 hours, to the grid they are looked for on."""
        first = self.seconds - DAY
        first += -(first - ORIGIN) % _COARSE
        seen = [self.market.prices_at(at) for at in range(first, self.seconds, _COARSE)]
        stack = np.array([self.price, self.before(HOUR), *seen])
        return np.fmax.reduce(stack), np.fmin.reduce(stack)

    @cached_property
    def order(self) -> Ints:
        """Positions of the listed tokens, best ranked first."""
        listed = np.flatnonzero(np.isfinite(self.price))
        return listed[np.argsort(-np.nan_to_num(self.market_cap[listed]), kind="stable")]

    @cached_property
    def rank(self) -> Floats:
        """Ranks by market capitalisation from 1; NaN for what is not listed."""
        ranks = np.full(len(self.price), np.nan)
        ranks[self.order] = np.arange(1, len(self.order) + 1)
        return ranks

    def _volume(self, seconds: int, price: Floats, before: Floats) -> Floats:
        # What has no known supply still trades: a notional supply keeps its volume small.
        worth = np.where(np.isfinite(self.circulating), price * self.circulating, 1.0e6)
        stirred = 1.0 + 5.0 * np.abs(np.nan_to_num(price / before - 1.0))
        return worth * self.market.turnover_at(seconds) * stirred
