"""The steps of matching resting orders, in the order in which data flows.

Until when a token's past has been matched with all orders is written at the end of a round. If a round dies before, the next one
looks at the same minutes again, which changes nothing where they have done their work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from shared.domain.refreshes.running import LedgeredRefresh, Steps
from shared.domain.trading.bars import Past, PastPrices
from shared.domain.trading.keeping import TradingDocuments
from shared.domain.trading.rounds import Matcher, Round
from shared.domain.trading.valuing import value_accounts
from shared.records.refresh import Outcome, RefreshReport
from shared.records.trading import Order

NAME = "refresh_trading"
LEASE = timedelta(seconds=58)
"""A little over the function's time limit: whoever still holds it then is dead."""
MATCH_WITHIN = timedelta(seconds=35)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingRefresh(LedgeredRefresh):
    """One refresh function's work and what it needs."""

    name: ClassVar[str] = NAME
    lease: ClassVar[timedelta] = LEASE
    prices: PastPrices

    async def _refresh(self, report: RefreshReport, steps: Steps) -> RefreshReport:
        kept, now = TradingDocuments(self.documents), report.started_at
        until = self.clock.monotonic() + MATCH_WITHIN.total_seconds()
        with steps("value"):
            valued = await value_accounts(kept, self.prices, now=now)
        with steps("list"):
            orders = [order async for order in kept.every_open_order()]
            seen = await kept.watermarks()
        with steps("read"):
            past = await self.prices.since(_moments(orders, seen), now=now) if orders else {}
        with steps("match"):
            done = await Matcher(kept, self.clock).match(orders, past, until=until)
        marks = _marks(past, seen, done)
        if marks != seen:
            with steps("mark"):
                await kept.mark(marks)
        outcome: Outcome = "degraded" if done.left else "succeeded"
        return replace(report, rows=done.fills, outcome=outcome, detail=_told(orders, done, valued))


def _moments(orders: Sequence[Order], seen: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return since when each token's past is wanted: what not all of its orders have been matched with."""
    moments: dict[str, datetime] = {}
    for order in orders:
        since = max(order.matched_until, seen.get(order.token_id, order.matched_until))
        moments[order.token_id] = min(since, moments.get(order.token_id, since))
    return moments


def _marks(past: Mapping[str, Past], seen: Mapping[str, datetime], done: Round) -> dict[str, datetime]:
    """Return until when the past of each token with live orders has been matched."""
    marks = {token_id: each.bars[-1].ends_at for token_id, each in past.items() if each.bars}
    kept = {token_id: at for token_id, at in seen.items() if token_id in past}
    return kept | {token_id: at for token_id, at in marks.items() if token_id not in done.left}


def _told(orders: Sequence[Order], done: Round, valued: int) -> str:
    told = f"{len(orders)} orders rested, {done.ended} ended, {done.triggered} triggered"
    if valued:
        told += f"; {valued} accounts valued"
    return f"{told}; left for the next round: {', '.join(sorted(done.left))}" if done.left else told
