"""Which questions a run asks: everything of the present, and of the past what is due. Pure."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from shared.domain.chains.catalogue import CHAINS, Chain
from shared.domain.chains.known import Known
from shared.providers.chain_frame import ChainRequest, Topic
from shared.records.chains import Metric, Resolution

TOPICS: Mapping[Metric, Topic] = MappingProxyType(
    {
        "tvl_usd": "tvl",
        "stablecoin_supply_usd": "stablecoins",
        "fees_usd": "fees",
        "revenue_usd": "revenue",
        "dex_volume_usd": "dex_volume",
    }
)
"""The topics that one provider tells of all chains; everything else is a chain's network."""
AT_ONCE: tuple[Topic, ...] = ("tvl", "stablecoins", "fees", "revenue")
LONGEST = timedelta(days=400)
"""How far back a series goes when nothing of it is known; the archive's import goes further."""
REVISED_WITHIN = timedelta(days=8)
"""How long a source may go on revising a day; within what is remembered of the days before."""
DAY = timedelta(days=1)


def is_closing(known: Known, *, now: datetime) -> bool:
    """Return whether yesterday was not closed yet: the run of 00:07, or the first one after it was missed."""
    return known.closed_at is None or known.closed_at < midnight_of(now)


def midnight_of(now: datetime) -> datetime:
    """Return the beginning of the UTC day."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def questions(known: Known, *, now: datetime) -> Iterator[ChainRequest]:
    """Yield the run's questions: the present first."""
    for topic in AT_ONCE:
        yield ChainRequest(topic, "now")
    for chain in CHAINS.values():
        if "dex_volume_usd" in chain.metrics:
            yield ChainRequest("dex_volume", "now", chain.id)
        yield ChainRequest("network", "now", chain.id)
    yield from _of_days(known, now=now)


def _of_days(known: Known, *, now: datetime) -> Iterator[ChainRequest]:
    """Yield the series of which yesterday is missing, all of them when closing; and the one that has many chains at once."""
    closing, missing = is_closing(known, now=now), False
    for chain in CHAINS.values():
        for topic in _topics(chain, "day"):
            since, due = _since(known, chain, topic, now=now)
            if closing or due:
                yield ChainRequest(topic, "day", chain.id, since)
                missing = missing or topic == "network"
    if missing:
        networks = [_since(known, chain, "network", now=now)[0] for chain in CHAINS.values() if _all_at_once(chain)]
        yield ChainRequest("network", "day", None, min(networks))


def _all_at_once(chain: Chain) -> bool:
    return any("growthepie" in coverage.day for coverage in chain.metrics.values())


def _topics(chain: Chain, resolution: Resolution) -> list[Topic]:
    told = [metric for metric, coverage in chain.metrics.items() if _outside(coverage.at(resolution))]
    return sorted({TOPICS.get(metric, "network") for metric in told})


def _outside(sources: tuple[str, ...]) -> bool:
    return any(source != "quotes" for source in sources)


def _since(known: Known, chain: Chain, topic: Topic, *, now: datetime) -> tuple[datetime, bool]:
    """Return from which day on a topic's series is wanted, and whether yesterday is missing."""
    yesterday = midnight_of(now) - DAY
    metrics = [
        metric
        for metric, coverage in chain.metrics.items()
        if TOPICS.get(metric, "network") == topic and _outside(coverage.day)
    ]
    last = [known.last_day((chain.id, metric)) for metric in metrics]
    begun = [value.observed_at for value in last if value is not None]
    due = len(begun) < len(metrics) or any(day < yesterday for day in begun)
    since = min(begun) - REVISED_WITHIN if begun and len(begun) == len(metrics) else yesterday - LONGEST
    return since, due
