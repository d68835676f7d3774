"""What a backfill goes through, one after the other."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from shared.domain.candles.checking import grid
from shared.domain.chains.catalogue import CHAINS, KEYED, QUOTES
from shared.providers.chain_frame import TOPICS, Topic
from shared.records.backfill import BackfillOrder
from shared.records.candles import INTERVALS, Interval

STRETCH = 1_000
"""Candles asked for at a time: what Binance answers in one call."""


@dataclass(frozen=True, slots=True)
class CandleUnit:
    """The candles of one token and interval."""

    token_id: str
    interval: Interval

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.token_id} {self.interval}"


@dataclass(frozen=True, slots=True)
class ChainUnit:
    """The daily metrics of one chain that one topic brings."""

    chain: str
    topic: Topic

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.chain} {self.topic}"


Unit: TypeAlias = CandleUnit | ChainUnit


def units_of(order: BackfillOrder, tokens: tuple[str, ...]) -> tuple[Unit, ...]:
    """Return the units of an order, the longest candles first: they are the fewest and the most wanted."""
    intervals = sorted(order.intervals, key=lambda each: -INTERVALS[each])
    candles = [CandleUnit(token, interval) for interval in intervals for token in tokens]
    chains = [ChainUnit(chain, topic) for chain in order.chains for topic in _topics(chain)]
    return (*candles, *chains)


def stretch_from(cursor: datetime, interval: Interval, end: datetime) -> tuple[datetime, datetime]:
    """Return the next stretch of candles to ask for, whole ones that are over by `end`; it is empty when nothing is left."""
    length = INTERVALS[interval]
    first = grid(cursor, interval)
    start = first if first == cursor else first + length
    return start, min(start + STRETCH * length, grid(end, interval))


def _topics(chain: str) -> list[Topic]:
    told = [metric for metric, coverage in CHAINS[chain].metrics.items() if set(coverage.day) - {QUOTES, *KEYED}]
    return sorted({TOPICS.get(metric, "network") for metric in told})
