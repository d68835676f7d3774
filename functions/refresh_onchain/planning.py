"""Which questions a run asks: everything of the present, and of the past what is due. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Protocol

from shared.domain.chains.catalogue import CHAINS, QUOTES, Chain
from shared.domain.chains.known import Known
from shared.providers.chain_frame import TOPICS, ChainRequest, Topic
from shared.records.chains import Metric, Resolution

AT_ONCE: tuple[Topic, ...] = ("tvl", "stablecoins", "fees", "revenue")
TOGETHER: Mapping[str, Topic] = MappingProxyType({"growthepie": "network", "artemis": "everything"})
"""Who tells the past of several chains in one answer, and what of them."""
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
    closing = is_closing(known, now=now)
    for chain in CHAINS.values():
        for topic in _topics(chain, "day"):
            since, due = _since(known, chain, _metrics(chain, "day", topic), now=now, longest=longest)
            if closing or due:
                yield ChainRequest(topic, "day", chain.id, since)
    for source, topic in TOGETHER.items():
        shared = list(_together(known, source, closing=closing, now=now, longest=longest))
        if shared:
            yield ChainRequest(topic, "day", None, min(shared), midnight_of(now) - DAY)


def _together(known: Known, source: str, *, closing: bool, now: datetime, longest: timedelta) -> Iterator[datetime]:
    """Yield from which day on a source that tells of many chains is wanted, for each of them that wants it."""
    for chain in CHAINS.values():
        metrics = [metric for metric, coverage in chain.metrics.items() if source in coverage.day]
        since, due = _since(known, chain, metrics, now=now, longest=longest)
        if metrics and (closing or due):
            yield since


def _topics(chain: Chain, resolution: Resolution) -> list[Topic]:
    topics: list[Topic] = [*TOPICS.values(), "network"]
    return [topic for topic in topics if _metrics(chain, resolution, topic)]


def _metrics(chain: Chain, resolution: Resolution, topic: Topic) -> list[Metric]:
    """Return the metrics of a topic that somebody tells of this chain by itself."""
    return [
        metric
        for metric, coverage in chain.metrics.items()
        if TOPICS.get(metric, "network") == topic and set(coverage.at(resolution)) - {QUOTES, *TOGETHER}
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
