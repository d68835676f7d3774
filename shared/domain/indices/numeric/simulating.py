"""A strategy day by day: decided at the close, carried out at the next open, paid for, logged.

Nothing of a day depends on later days: a simulation that stops and goes on is bit-identical to one that does not stop.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.domain.indices.rules import Rules
from shared.domain.panels.panel import DayArray, FloatArray

from .choosing import Chooser, rebalance_days
from .market import SILENT_DAYS, Market
from .state import BASE, Fill, Reason, Standing

BAND = 0.05
"""The share invested follows its rule when they are so far apart, or the rule says all or nothing."""
SMALLEST_TRADE = 1e-4
"""Of the whole: less is not traded unless it ends a position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What a strategy did, day by day."""

    days: DayArray
    values: FloatArray
    """USDC at each close."""
    invested: FloatArray
    """Share that is not USDC at each close."""
    traded: FloatArray
    """Share of the whole that was bought and sold."""
    costs: FloatArray
    """USDC lost to fees, slippage and penalties."""
    fills: Sequence[Fill]
    standing: Standing

    def returns(self, before: float = BASE) -> FloatArray:
        """Return the daily returns, the first one from `before`."""
        values = np.concatenate([[before], self.values])
        result: FloatArray = values[1:] / values[:-1] - 1.0
        return result


class Simulation:
    """One strategy on one market.

    Args:
        market: What is traded.
        rules: Of the strategy.
        exposure: (D,) share to be invested as known at each close, 0 to 1; NaN where unknown, when the last one holds.
        standing: To go on from; the beginning by default.
        keep_fills: Whether the log is wanted.
    """

    def __init__(
        self,
        market: Market,
        rules: Rules,
        exposure: FloatArray,
        *,
        standing: Standing | None = None,
        keep_fills: bool = True,
    ) -> None:
        self._market = market
        self._rules = rules
        self._exposure: list[float] = exposure.tolist()
        self._chooser = Chooser(market, rules)
        self._rebalance: list[bool] = rebalance_days(market.days, rules.rebalance).tolist()
        self._now = standing or Standing.fresh(len(market.token_ids))
        self._keep = keep_fills
        self._fills: list[Fill] = []
        self._traded = 0.0
        self._cost = 0.0

    def run(self, start: int = 0, stop: int | None = None) -> Track:
        """Simulate the days from row `start` to before row `stop`; may be called again for the rows after."""
        stop = len(self._market.days) if stop is None else stop
        table = np.zeros((4, stop - start))
        self._fills = []
        for at, row in enumerate(range(start, stop)):
            self._traded = self._cost = 0.0
            self._open(row)
            value = float(self._now.units @ self._market.priced[row]) + self._now.cash
            self._decide(row)
            table[:, at] = value, 1.0 - self._now.cash / value if value > 0 else 0.0, self._traded, self._cost
        return Track(
            days=self._market.days[start:stop],
            values=table[0],
            invested=table[1],
            traded=table[2],
            costs=table[3],
            fills=self._fills,
            standing=self._now,
        )

    def _open(self, row: int) -> None:
        if self._market.eventful[row]:
            self._redenominate(row)
            self._delist(row)
        if self._now.waiting.any():
            able = self._now.waiting & np.isfinite(self._market.open[row])
            self._trade(row, np.where(able, -self._now.units, 0.0), "delayed")
        while self._now.orders and self._now.orders[0][0] <= self._market.days[row]:
            _, reason, weights = self._now.orders.pop(0)
            self._rearrange(row, weights, reason)

    def _redenominate(self, row: int) -> None:
        factor = self._market.factor[row]
        for at in np.flatnonzero((factor != 1.0) & (self._now.units > 0)):
            self._now.units[at] *= factor[at]
            self._note(row, int(at), "redenomination", float(self._now.units[at]), 0.0, 0.0)

    def _delist(self, row: int) -> None:
        """Sell what has been silent for too long at the last price, less the penalty."""
        gone = (self._now.units > 0) & (self._market.silent[row] >= SILENT_DAYS)
        costs = self._rules.costs
        for at in np.flatnonzero(gone):
            worth = float(self._now.units[at] * self._market.priced[row, at])
            penalty = worth * costs.delisting_penalty
            fee = (worth - penalty) * costs.fee_bp / 10_000.0
            units = -float(self._now.units[at])
            self._now.units[at], self._now.waiting[at] = 0.0, False
            self._now.cash += worth - penalty - fee
            self._cost += penalty + fee
            self._note(row, int(at), "delisting", units, fee, penalty)

    def _prices(self, row: int) -> FloatArray:
        opened: FloatArray = self._market.open[row]
        return np.where(np.isfinite(opened), opened, self._market.priced[row])

    def _rearrange(self, row: int, weights: FloatArray, reason: Reason) -> None:
        """Bring the holdings to the weights; what has no price today and should go waits."""
        prices = self._prices(row)
        able = np.isfinite(self._market.open[row])
        worth = self._now.units * prices
        whole = float(worth.sum()) + self._now.cash
        wanted = weights * whole
        leaving = (weights == 0.0) & (self._now.units > 0)
        self._now.waiting = leaving & ~able
        change = np.where(able, wanted - worth, 0.0)
        change = np.where((np.abs(change) < SMALLEST_TRADE * whole) & ~leaving, 0.0, change)
        with np.errstate(divide="ignore", invalid="ignore"):
            units = np.where(change != 0.0, change / prices, 0.0)
        units = np.where(leaving & able, -self._now.units, units)
        self._trade(row, units, reason)

    def _trade(self, row: int, units: FloatArray, reason: Reason) -> None:
        """Sell first, then buy as far as the money goes."""
        prices = self._prices(row)
        slippage = self._chooser.slippage(max(row - 1, 0))
        fee = self._rules.costs.fee_bp / 10_000.0
        whole = float((self._now.units * prices).sum()) + self._now.cash
        sold, bought = np.where(units < 0, -units * prices, 0.0), np.where(units > 0, units * prices, 0.0)
        self._now.cash += float((sold * (1.0 - fee - slippage)).sum())
        bill = float((bought * (1.0 + fee + slippage)).sum())
        if bill > self._now.cash > 0.0:
            share = self._now.cash / bill
            units, bought, bill = np.where(units > 0, units * share, units), bought * share, self._now.cash
        self._now.cash = max(self._now.cash - bill, 0.0)
        ended = units == -self._now.units
        self._now.units = np.where(ended, 0.0, self._now.units + units)
        self._now.waiting &= self._now.units > 0
        amounts = sold + bought
        self._cost += float((amounts * (fee + slippage)).sum())
        self._traded += float(amounts.sum()) / whole if whole > 0 else 0.0
        if self._keep:
            for at in np.flatnonzero(units):
                each = (float(amounts[at] * fee), float(amounts[at] * slippage[at]))
                self._note(row, int(at), reason, float(units[at]), *each, price=float(prices[at]))

    def _note(
        self, row: int, at: int, reason: Reason, units: float, fee: float, slippage: float, price: float | None = None
    ) -> None:
        if not self._keep:
            return
        last = float(self._market.priced[row, at]) if price is None else price
        self._fills.append(
            Fill(
                day=self._market.days[row],
                token_id=self._market.token_ids[at],
                reason=reason,
                units=units,
                price=last,
                fee=fee,
                slippage=slippage,
            )
        )

    def _decide(self, row: int) -> None:
        wanted = self._exposure[row]
        level = wanted if math.isfinite(wanted) else self._now.acted
        moved = abs(level - self._now.acted) >= BAND or (level in (0.0, 1.0) and level != self._now.acted)
        if not moved and not (self._rebalance[row] and (level > 0.0 or self._now.acted > 0.0)):
            return
        day = self._market.days[row] + np.timedelta64(1 + self._rules.delay_days, "D")
        reason: Reason = "exposure" if moved else "rebalance"
        weights = self._chooser.weights(row)
        if not weights.any() and self._now.acted == 0.0:
            return  # nothing to hold yet: asked again tomorrow
        self._now.acted = level
        self._now.orders.append((day, reason, weights * level))
