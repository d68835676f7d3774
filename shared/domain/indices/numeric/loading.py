"""The market and the gauge that strategies are reckoned on, from PostgreSQL."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import numpy as np

from shared.core.errors import NoDataError
from shared.domain.indices.catalogue import LEADER
from shared.domain.indices.history import HistoryScope
from shared.domain.panels.panel import DayArray, FloatArray, Panel
from shared.domain.panels.reading import PanelReader

from .gauge import carried
from .market import Market, market_of

MOST_RANKED = 150
"""Tokens of a weekend that are loaded; the members of an index are among the largest 100 on every day between."""
LONGEST = timedelta(days=4_000)
_CHUNK = 250


class Gauge(Protocol):
    """Tells the regime's gauge of the past."""

    async def steps(self, days: DayArray, *, as_of: datetime) -> FloatArray | None:
        """Return the step, −2 to 2, that each day was judged at; NaN for days without, `None` where there is none at all."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """What strategies are reckoned on."""

    market: Market
    gauge: FloatArray | None
    """The step known at each close: a day's own, or the newest of the week before."""
    judged: bool
    """Whether the last day has one of its own."""


class MarketLoader:
    """Loads whole markets. Every method raises `DatabaseUnavailableError` when PostgreSQL does not answer."""

    def __init__(self, scope: HistoryScope, panels: PanelReader, gauge: Gauge) -> None:
        self._scope = scope
        self._panels = panels
        self._gauge = gauge

    async def load(
        self,
        *,
        as_of: datetime,
        since: date | None = None,
        also: Collection[str] = (),
        until: date | None = None,
    ) -> Loaded:
        """Return the market of all completed days since one, as it was known at `as_of`.

        Args:
            as_of: A moment.
            since: The first day; the first that anything is known of by default.
            also: Tokens that are needed besides the largest.
            until: The day after the last one; today by default.

        Raises:
            NoDataError: there is no completed day.
        """
        first = await self._scope.first_day(LEADER)
        today = as_of.astimezone(UTC).date()
        end = min(until or today, today)
        begin = max(first or today, since or date.min, today - LONGEST)
        if begin >= end:
            raise NoDataError("No daily history of these days yet")
        midnight = datetime.combine(begin, datetime.min.time(), tzinfo=UTC)
        chosen = await self._scope.universe(since=midnight, most=MOST_RANKED)
        names = sorted({LEADER, *chosen, *also})
        days = (today - begin).days
        panels = [panel async for panel in self._panels.panels(names, as_of=as_of, days=days, chunk=_CHUNK)]
        market = market_of(side_by_side(panels).until((end - begin).days), await self._scope.excluded(names))
        own = await self._gauge.steps(market.days, as_of=as_of)
        if own is None:
            return Loaded(market, None, judged=False)
        return Loaded(market, carried(own), judged=bool(np.isfinite(own[-1])))


def side_by_side(panels: list[Panel]) -> Panel:
    """Return one panel of several of the same days."""
    if len(panels) == 1:
        return panels[0]
    fields = ("open", "high", "low", "close", "volume_usd", "market_cap_usd")
    joined = {name: np.concatenate([getattr(panel, name) for panel in panels], axis=1) for name in fields}
    names = tuple(name for panel in panels for name in panel.token_ids)
    return Panel(days=panels[0].days, token_ids=names, **joined)
