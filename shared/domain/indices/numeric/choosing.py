"""What a strategy wants to hold, decided at a close from what was known then."""

import numpy as np
from numpy.typing import NDArray

from shared.domain.indices.rules import SLIPPAGE_BEYOND_BP, SLIPPAGE_BP, Rebalance, Rules
from shared.domain.panels.panel import DayArray, FloatArray

from .market import Market
from .weights import capped, raw_weights

_SUNDAY = 6


def rebalance_days(days: DayArray, rebalance: Rebalance) -> NDArray[np.bool_]:
    """Return after which closes the members are chosen anew: of Sundays, of the last days of months or quarters."""
    following = days + np.timedelta64(1, "D")
    if rebalance == "daily":
        return np.ones(days.shape, dtype=bool)
    if rebalance == "weekly":
        return np.asarray((days.astype("datetime64[D]").astype(np.int64) + 3) % 7 == _SUNDAY)
    month = following.astype("datetime64[M]").astype(np.int64)
    first = following.astype("datetime64[D]") == following.astype("datetime64[M]").astype("datetime64[D]")
    if rebalance == "monthly":
        return np.asarray(first)
    return np.asarray(first & (month % 3 == 0)) if rebalance == "quarterly" else np.zeros(days.shape, dtype=bool)


class Chooser:
    """The members and weights of one strategy on any day of one market."""

    def __init__(self, market: Market, rules: Rules) -> None:
        self._market = market
        self._rules = rules
        named = np.array(market.token_ids, dtype=object)
        allowed = ~np.isin(named, list(rules.never))
        if rules.only:
            allowed &= np.isin(named, list(rules.only))
        self._allowed = allowed & ~market.excluded
        # Ties of capitalisation are settled by name, so that the order of the panel's tokens changes nothing.
        self._by_name = np.argsort(named.astype(str), kind="stable")

    def weights(self, row: int) -> FloatArray:
        """Return the shares of what is invested, decided at the close of a day; all 0 when nothing may be held."""
        market, rules = self._market, self._rules
        good = self._allowed & np.isfinite(market.close[row])
        if rules.weighting != "equal":
            good &= np.isfinite(market.cap[row])
        order = self._by_name[good[self._by_name]]
        caps = np.nan_to_num(market.cap[row][order], nan=0.0)
        largest = order[np.argsort(-caps, kind="stable")][: rules.top]
        result = np.zeros(len(market.token_ids))
        result[largest] = capped(raw_weights(market.cap[row][largest], rules.weighting), rules.cap)
        return result

    def slippage(self, row: int) -> FloatArray:
        """Return what each token's trade loses, as a share, by its rank at the close before; unknown ranks cost the most."""
        caps = np.where(self._market.excluded, np.nan, self._market.cap[row])
        known = np.isfinite(caps)
        order = np.argsort(-np.where(known, caps, 0.0), kind="stable")
        rates = np.full(caps.shape, SLIPPAGE_BEYOND_BP)
        begin = 0
        for rank, points in SLIPPAGE_BP:
            rates[order[begin:rank]] = points
            begin = rank
        rates[~known] = SLIPPAGE_BEYOND_BP
        result: FloatArray = rates * (self._rules.costs.slippage / 10_000.0)
        return result
