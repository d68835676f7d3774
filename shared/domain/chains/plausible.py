"""Which values are believed: absurd jumps are refused unless somebody independent saw them, too. Pure."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from statistics import median_low
from types import MappingProxyType

from shared.records.chains import ChainMetric, Metric

from .known import Value

MOST: Mapping[Metric, int | None] = MappingProxyType(
    {
        "supply": 2,
        "block_height": 2,
        "difficulty": 3,
        "tvl_usd": 4,
        "stablecoin_supply_usd": 4,
        "hash_rate": 4,
        "price_usd": None,
        "pending_transactions": None,
    }
)
"""By what factor a metric may change between two looks; `None`: by any. All others by eight."""
USUALLY = 8
CONFIRMS = Decimal(2)
"""Two sources within this factor saw the same."""
REMEMBERED = timedelta(days=3)
"""A value older than this says little: whatever comes then is believed."""


def believed(candidates: Sequence[ChainMetric], known: Value | None) -> tuple[ChainMetric | None, list[ChainMetric]]:
    """Return the first candidate that is plausible, and those refused before it.

    Args:
        candidates: What the sources say of one metric of one chain, first choice first.
        known: The last value stored.
    """
    refused: list[ChainMetric] = []
    for candidate in candidates:
        others = [other for other in candidates if other is not candidate]
        if in_reach(candidate, known) or any(_agree(candidate.value, other.value) for other in others):
            return candidate, refused
        refused.append(candidate)
    return None, refused


def in_reach(candidate: ChainMetric, known: Value | None) -> bool:
    """Return whether a value may follow the one last known."""
    most = MOST.get(candidate.metric, USUALLY)
    if known is None or most is None or not known.value or candidate.observed_at - known.observed_at > REMEMBERED:
        return True
    return known.value / most < candidate.value < known.value * most


def series_in_reach(days: Sequence[ChainMetric], known: Sequence[Value]) -> bool:
    """Return whether a series of days fits to what is known of it: the days both have, and the first new one.

    Args:
        days: One source's days of one metric of one chain, oldest first.
        known: The last days stored, oldest first.
    """
    before = {value.observed_at: value.value for value in known if value.value}
    ratios = [day.value / before[day.observed_at] for day in days if day.observed_at in before]
    most = MOST.get(days[0].metric, USUALLY) if days else None
    if most is not None and ratios and not Decimal(1) / most < median_low(ratios) < most:
        return False
    newer = [day for day in days if known and day.observed_at > known[-1].observed_at]
    return not newer or bool(ratios) or in_reach(newer[0], known[-1])


def _agree(one: Decimal, other: Decimal) -> bool:
    return one > 0 and other > 0 and one / other < CONFIRMS and other / one < CONFIRMS
