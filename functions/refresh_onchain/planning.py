"""Which questions a run asks: everything of the present, and of the past what is due. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shared.domain.chains.catalogue import CHAINS, QUOTES, Chain
from shared.domain.chains.known import Known
from shared.providers.chain_frame import TOPICS, ChainRequest, Topic
from shared.records.chains import Metric, Resolution

AT_ONCE: tuple[Topic, ...] = ("tvl", "stablecoins", "fees", "revenue")
TOGETHER = "growthepie"
"""Who tells the networks of several chains in one answer."""
LONGEST = timedelta(days=400)
"""How far back a series goes when nothing of it is known; the archive's import goes further."""
REVISED_WITHIN = timedelta(days=8)
"""How long a source may go on revising a day; within what is remembered of the days before."""
DAY = timedelta(days=1)


class Plan(Protocol):
    """Says what a run asks."""

    def __call__(self, known: Known, *, now: datetime) -> Iterator[ChainRequest]:
        """Yield the questions."""
        ...


def is_closing(known: Known, *, now: datetime) -> bool:
    """Return whether yesterday was not closed yet: the run of 00:07, or the first one after it was missed."""
    return known.closed_at is None or known.closed_at < midnight_of(now)


def midnight_of(now: datetime) -> datetime:
    """Return the beginning of the UTC day."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def questions(known: Known, *, now: datetime, longest: timedelta = LONGEST) -> Iterator[ChainRequest]:
    """Yield the run's questions: the present first.

    Args:
        known: What was known before.
        now: When the run began.
        longest: How far back a series goes of which nothing is known.
    """
    for topic in AT_ONCE:
        yield ChainRequest(topic, "now")
    for chain in CHAINS.values():
        for topic in _topics(chain, "now"):
            if topic not in AT_ONCE:
                yield ChainRequest(topic, "now", chain.id)
    yield from _of_days(known, now=now, longest=longest)


def _of_days(known: Known, *, now: datetime, longest: timedelta) -> Iterator[ChainRequest]:
    """Yield the series of which yesterday is missing, all of them when closing; what one answer tells of many chains last."""
    closing, together = is_closing(known, now=now), []
    for chain in CHAINS.values():
        for topic in _topics(chain, "day"):
            since, due = _since(known, chain, _metrics(chain, "day", topic), now=now, longest=longest)
            if closing or due:
                yield ChainRequest(topic, "day", chain.id, since)
        shared = [metric for metric, coverage in chain.metrics.items() if TOGETHER in coverage.day]
        since, due = _since(known, chain, shared, now=now, longest=longest)
        together += [since] if shared and (closing or due) else []
    if together:
        yield ChainRequest("network", "day", None, min(together))


def _topics(chain: Chain, resolution: Resolution) -> list[Topic]:
    topics: list[Topic] = [*TOPICS.values(), "network"]
    return [topic for topic in topics if _metrics(chain, resolution, topic)]


def _metrics(chain: Chain, resolution: Resolution, topic: Topic) -> list[Metric]:
    """Return the metrics of a topic that somebody tells of this chain by itself."""
    return [
        metric
        for metric, coverage in chain.metrics.items()
        if TOPICS.get(metric, "network") == topic and set(coverage.at(resolution)) - {QUOTES, TOGETHER}
    ]


def _since(
    known: Known, chain: Chain, metrics: Sequence[Metric], *, now: datetime, longest: timedelta
) -> tuple[datetime, bool]:
    """Return from which day on the series are wanted, and whether yesterday is missing in one of them."""
    yesterday = midnight_of(now) - DAY
    last = [known.last_day((chain.id, metric)) for metric in metrics]
    begun = [value.observed_at for value in last if value is not None]
    complete = len(begun) == len(metrics)
    due = not complete or any(day < yesterday for day in begun)
    since = min(begun) - REVISED_WITHIN if begun and complete else yesterday - longest
    return since, due
