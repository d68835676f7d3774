"""What the adapters of chains share: an adapter says what it tells, which calls that takes, and how to read the answers."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, NamedTuple

from shared.records.chains import ChainMetric, Metric, Resolution

from . import numbers
from .asking import Call, ask_all, refusing
from .contract import Descriptor, Http, Limit, Payload
from .moments import EARLIEST, moment_of, observed
from .numbers import JsonValue, Row, Unreadable

Topic = Literal["tvl", "stablecoins", "fees", "revenue", "dex_volume", "network", "everything"]
"""What a request is about; `network` is everything a chain's own nodes and explorers tell, `everything` goes across the topics."""
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

DAY = timedelta(days=1)
DAY_S = 86_400
_MAY_BE_ZERO: frozenset[Metric] = frozenset({"pending_transactions"})


@dataclass(frozen=True, slots=True)
class ChainRequest:
    """One topic, of one chain or of all at once."""

    topic: Topic
    resolution: Resolution
    chain: str | None = None
    since: datetime | None = None
    """The first day wanted, of daily series."""
    until: datetime | None = None
    """The last day wanted, where it has to be said."""


class Reading(NamedTuple):
    """One number as it stands in an answer; `None` is none."""

    chain: str
    metric: Metric
    value: Decimal | None
    observed_at: datetime | None = None
    """When the body says it was so, the day for daily series; `None` where it does not say."""


@dataclass(frozen=True, slots=True)
class ChainAdapter(ABC):
    """One provider of metrics; subclasses have no fields of their own."""

    base_url: str
    descriptor: Descriptor

    @abstractmethod
    def serves(self, request: ChainRequest) -> bool:
        """Return whether the provider has what is asked for."""

    @abstractmethod
    def calls(self, request: ChainRequest, key: str | None) -> Sequence[Call]:
        """Return the calls that bring the answer, which do not depend on each other."""

    @abstractmethod
    def readings(self, payload: Payload, request: ChainRequest) -> Iterator[Reading]:
        """Yield what stands in the pages.

        Raises:
            Unreadable: something is not what it must be.
        """

    def cost(self, request: ChainRequest) -> int:
        """Return the number of calls."""
        return len(self.calls(request, None))

    async def fetch(self, http: Http, request: ChainRequest, key: str | None) -> Payload:
        """Ask everything.

        Raises:
            UpstreamError: a call failed.
        """
        return await ask_all(http, self.calls(request, key))

    def normalise(self, payload: Payload, request: ChainRequest, *, fetched_at: datetime) -> list[ChainMetric]:
        """Reduce the answer to metrics.

        Left out are: what is null, zeros, which stand for unknown everywhere but in queues, days that are not over or were
        not asked for, and stamps within a day where whole days are told.

        Raises:
            BadPayloadError: something cannot be read, is below zero or absurd; the whole answer is refused.
        """
        with refusing(self.descriptor.id, request.topic):
            read = [(each, _when(each, payload, fetched_at)) for each in self.readings(payload, request)]
        return [
            ChainMetric(
                chain=each.chain,
                metric=each.metric,
                resolution=request.resolution,
                observed_at=at,
                known_at=fetched_at,
                value=each.value,
                source=self.descriptor.id,
            )
            for each, at in read
            # Of the years of days that some tell whatever is asked, few are wanted.
            if each.value is not None and at is not None and _is_wanted(each.chain, at, request, fetched_at)
        ]


def _when(reading: Reading, payload: Payload, fetched_at: datetime) -> datetime | None:
    """Return the time a reading speaks of, `None` for one that says nothing.

    Raises:
        Unreadable: it cannot be.
    """
    if reading.value is None or (reading.value == 0 and reading.metric not in _MAY_BE_ZERO):
        return None
    if reading.value < 0:
        raise Unreadable(f"'{reading.metric}' is below zero")
    return observed(reading.observed_at, dated=payload.pages[0].dated, fetched_at=fetched_at)


def _is_wanted(chain: str, at: datetime, request: ChainRequest, fetched_at: datetime) -> bool:
    if request.resolution == "now":
        return request.chain in (None, chain)
    if at + DAY > fetched_at or (request.since is not None and at < request.since):
        return False
    return at == at.replace(hour=0, minute=0, second=0, microsecond=0)


def described(name: str, url: str, limit: Limit, *, rank: int = 1, keys: str | None = None) -> Descriptor:
    """Return the descriptor of a provider of chains, its settings named after it."""
    setting = name.upper()
    return Descriptor(
        id=name,
        family=name,
        kind="chains",
        rank=rank,
        default_url=url,
        url_setting=f"{setting}_URL",
        key_need="at_default_url" if keys else "none",
        key_setting=keys,
        limits=(limit,),
        limits_setting=f"{setting}_LIMITS",
    )


def day_of(value: JsonValue) -> datetime:
    """Return a day written as a date or as seconds, at its beginning in UTC.

    Raises:
        Unreadable: it is neither, or before Bitcoin.
    """
    at = moment_of(value)
    if at < EARLIEST.replace(day=1):
        raise Unreadable(f"a day of {at:%Y-%m-%d}")
    return at


def scaled(row: Row, name: str, *, by: Decimal) -> Decimal | None:
    """Return a field of any length as a number multiplied, `None` when it is missing or null: chains count in tiny units.

    Raises:
        Unreadable: it is no number.
    """
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 60:
        return Decimal(value) * by
    found = numbers.amount({name: value}, name)
    return None if found is None else found * by


def present(row: Row, name: str) -> JsonValue:
    """Return a field.

    Raises:
        Unreadable: it is missing or null.
    """
    value = row.get(name)
    if value is None:
        raise Unreadable(f"'{name}' is missing")
    return value


def per_day(count: Decimal, seconds: Decimal) -> Decimal | None:
    """Return how many in a day, of so many in so many seconds."""
    return (count * DAY_S / seconds).quantize(Decimal(1)) if seconds > 0 else None


def named(names: str) -> Mapping[str, str]:
    """Return our chains and what a provider calls them, of `ours:theirs ours:theirs`."""
    return dict(pair.split(":", 1) for pair in names.split())
