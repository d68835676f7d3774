"""What an adapter is: it says what its provider allows, fetches an answer, and reduces it to records.

`fetch` does all the I/O and nothing else; `normalise` is pure. So whatever can be wrong with an answer is
tested on stored answers, and rotation needs to know nothing of any provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from shared.records.market import PriceRecord
from shared.records.provider import Kind

from .numbers import JsonValue

RequestT = TypeVar("RequestT", contravariant=True)
RecordT = TypeVar("RecordT")

KeyNeed = Literal["always", "at_default_url", "optional", "none"]
"""`at_default_url`: a stand-in at another address decides for itself."""
MINUTE_S = 60
DAY_S = 86_400
MONTH_S = 30 * DAY_S


@dataclass(frozen=True, slots=True)
class Limit:
    """So many calls (or units of weight, or credits) in so many seconds, as the provider publishes it."""

    calls: int
    per_s: int
    plan: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """What is known of a provider before it is asked."""

    id: str
    family: str
    kind: Kind = "quotes"
    """What it is asked for. A provider of several kinds has a descriptor for each: they share its limits and keys, which
    are the account's, but not its circuit: one endpoint that fails says little of the others."""
    rank: int
    """Preference within the family and at the start of the rotation; the lowest comes first."""
    spare: bool = False
    """Whether it has no turn of its own, and is asked only when too few of the others answer: it has few tokens, or no
    names, or costs credits."""
    default_url: str
    url_setting: str
    key_need: KeyNeed = "none"
    key_setting: str | None = None
    limits: tuple[Limit, ...]
    limits_setting: str
    """Setting for an operator with another plan: `500/60,500000/2592000` (calls/seconds)."""


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """What is asked of every provider alike: the largest tokens, in US dollars."""

    tokens: int
    """At least so many where the provider lists so many; it may give more, never fewer on purpose."""


@dataclass(frozen=True, slots=True)
class GasRequest:
    """What a transaction costs on one chain."""

    chain: str
    """One of `shared.records.gas.GAS_UNITS`."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = field(repr=False)


class Http(Protocol):
    """The one way out; `http.HttpClient` in production, a fake in tests."""

    async def get(self, provider: str, url: str, *, params: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        """Return the answer, whatever its status.

        Raises:
            UpstreamError: there was no answer, or none that may be read.
        """
        ...

    async def post(self, provider: str, url: str, *, body: JsonValue, headers: Mapping[str, str]) -> Reply:
        """Send JSON and return the answer, whatever its status.

        Raises:
            UpstreamError: there was no answer, or none that may be read.
        """
        ...

    def now(self) -> datetime:
        """Return the time of day."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """One body of an answer and the time the server put on it."""

    body: JsonValue
    dated: datetime | None
    """The `Date` header."""
    raw: bytes = field(default=b"", repr=False)
    """The body as it came, where it is no JSON."""


@dataclass(frozen=True, slots=True)
class Payload:
    """Everything one fetch brought, in the order of the pages."""

    pages: tuple[Page, ...]


class Adapter(Protocol[RequestT, RecordT]):
    """One provider of one kind of facts."""

    @property
    def descriptor(self) -> Descriptor:
        """Return what is known before asking."""
        ...

    def serves(self, request: RequestT) -> bool:
        """Return whether the provider has what is asked for: this symbol, this chain, this interval."""
        ...

    def cost(self, request: RequestT) -> int:
        """Return what `fetch` takes from the limits, in their unit."""
        ...

    async def fetch(self, http: Http, request: RequestT, key: str | None) -> Payload:
        """Ask the provider; all the I/O is here.

        Raises:
            UpstreamError: there was no usable answer.
        """
        ...

    def normalise(self, payload: Payload, request: RequestT, *, fetched_at: datetime) -> list[RecordT]:
        """Reduce the answer to records.

        Raises:
            BadPayloadError: a row cannot be read; the whole answer is refused.
        """
        ...


QuoteAdapter: TypeAlias = Adapter[QuoteRequest, PriceRecord]
AnyAdapter: TypeAlias = Adapter[Any, Any]
