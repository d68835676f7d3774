"""What is known of the use of each chain's own token: value locked and a year's fees. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.chains.catalogue import CHAINS, sources_of
from shared.records.chains import Metric

FEE_DAYS = 30
LEAST_FEE_DAYS = 15
LOCKED_WITHIN = timedelta(days=3)
YEAR = 365


@dataclass(frozen=True, slots=True)
class Told:
    """What a source said of a day of a chain."""

    chain: str
    metric: Metric
    observed_at: datetime
    """The day's beginning."""
    value: float
    source: str


@dataclass(frozen=True, slots=True)
class ChainUse:
    """Of the chain whose own token it is; `None` where nobody tells."""

    tvl_usd: float | None
    yearly_fees_usd: float | None


def use_of_chains(told: Iterable[Told], *, now: datetime) -> Mapping[str, ChainUse]:
    """Return what is known by token, of the completed days before `now`; what is zero is as good as not told."""
    days: defaultdict[tuple[str, Metric], dict[str, dict[datetime, float]]] = defaultdict(dict)
    for each in told:
        if each.value > 0 and each.observed_at + timedelta(days=1) <= now:
            days[(each.chain, each.metric)].setdefault(each.source, {})[each.observed_at] = each.value
    return {
        chain.token_id: ChainUse(
            _locked(days.get((chain.id, "tvl_usd"), {}), chain.id, now),
            _fees(days.get((chain.id, "fees_usd"), {}), chain.id, now),
        )
        for chain in CHAINS.values()
        if chain.token_id is not None
    }


def _locked(by_source: Mapping[str, Mapping[datetime, float]], chain: str, now: datetime) -> float | None:
    """Return the newest value of the first choice that told one lately."""
    for source in sources_of(chain, "tvl_usd", "day"):
        series = by_source.get(source, {})
        newest = max(series, default=None)
        if newest is not None and now - newest <= LOCKED_WITHIN + timedelta(days=1):
            return series[newest]
    return None


def _fees(by_source: Mapping[str, Mapping[datetime, float]], chain: str, now: datetime) -> float | None:
    """Return a year's fees by the mean day of thirty, all of one source: others count otherwise."""
    since = now - timedelta(days=FEE_DAYS + 1)
    for source in sources_of(chain, "fees_usd", "day"):
        values = [value for day, value in by_source.get(source, {}).items() if day >= since]
        if len(values) >= LEAST_FEE_DAYS:
            return sum(values) / len(values) * YEAR
    return None
