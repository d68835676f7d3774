"""What the exchanges have in common that are asked for books when the first three have none: one frame, a description each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.core.errors import UpstreamError
from shared.providers.asking import Call, ask_all, refusing
from shared.providers.candle_requests import MarketRecord, MarketsRequest
from shared.providers.contract import AnyAdapter, Descriptor, Http, Payload
from shared.providers.depth_requests import BookRequest
from shared.providers.moments import observed
from shared.providers.numbers import JsonValue
from shared.providers.pacing import Pace
from shared.records.depth import BookRecord, Level

from .books import book_of, unlisted
from .markets import currency_of

PER_S = 2
"""Books a second from each of them, well below what any of them allows."""
Listed = tuple[str, str, str]
"""The exchange's own name of a pair, its symbol, and the currency of quotation as the exchange writes it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A book as an exchange wrote it."""

    bids: Sequence[Level]
    asks: Sequence[Level]
    at: datetime | None
    """When, if it says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """How one exchange is asked, and how its answers are read. Readers raise `Unreadable`."""

    descriptor: Descriptor
    book: Callable[[str, int], tuple[str, dict[str, str]]]
    """From the pair and the levels wanted to path and parameters."""
    told: Callable[[JsonValue], Told]
    unknown: tuple[str, ...]
    """Words by which it says that it does not know a pair."""
    markets: tuple[str, dict[str, str]]
    """Path and parameters of the list of pairs."""
    listed: Callable[[JsonValue], Iterable[Listed]]
    """The pairs that trade."""


@dataclass(frozen=True, slots=True)
class VenueBooks:
    """The books of one exchange."""

    base_url: str
    descriptor: Descriptor
    venue: Venue
    pace: Pace = field(default_factory=lambda: Pace(PER_S))

    def serves(self, request: BookRequest) -> bool:
        """Return whether it trades the token, and has time for us."""
        return self.descriptor.id in request.markets and not self.pace.crowded

    def cost(self, request: BookRequest) -> int:
        """Return one call."""
        return 1

    async def fetch(self, http: Http, request: BookRequest, key: str | None) -> Payload:
        """Ask for the best levels.

        Raises:
            NotListedError: the pair is unknown.
            UpstreamError: there was no usable answer.
        """
        path, params = self.venue.book(request.markets[self.descriptor.id], request.levels)
        await self.pace.turn()
        try:
            return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}{path}", params)])
        except UpstreamError as error:
            raise unlisted(error, *self.venue.unknown) from error

    def normalise(self, payload: Payload, request: BookRequest, *, fetched_at: datetime) -> list[BookRecord]:
        """Reduce the answer to the book, best prices first whatever the order in which it came.

        Raises:
            BadPayloadError: a level cannot be read, or the book is crossed.
            NotListedError: the book is empty, or another token's.
        """
        page = payload.pages[0]
        with refusing(self.descriptor.id, request.markets[self.descriptor.id]):
            told = self.venue.told(page.body)
            bids = sorted(told.bids, key=lambda level: -level.price)
            asks = sorted(told.asks, key=lambda level: level.price)
            at = observed(told.at, dated=page.dated, fetched_at=fetched_at)
            return [book_of(self.descriptor.id, request, (bids, asks), observed_at=at, fetched_at=fetched_at)]


@dataclass(frozen=True, slots=True)
class VenueMarkets:
    """The pairs of one exchange."""

    base_url: str
    descriptor: Descriptor
    venue: Venue

    def serves(self, request: MarketsRequest) -> bool:
        """Return that it has markets."""
        return True

    def cost(self, request: MarketsRequest) -> int:
        """Return the one call."""
        return 1

    async def fetch(self, http: Http, request: MarketsRequest, key: str | None) -> Payload:
        """Ask for all pairs.

        Raises:
            UpstreamError: there was no usable answer.
        """
        path, params = self.venue.markets
        return await ask_all(http, [Call(self.descriptor.id, f"{self.base_url}{path}", params)])

    def normalise(self, payload: Payload, request: MarketsRequest, *, fetched_at: datetime) -> list[MarketRecord]:
        """Reduce the list to the pairs in dollars or tethers that trade.

        Raises:
            BadPayloadError: a pair cannot be read; the whole answer is refused.
        """
        found = []
        with refusing(self.descriptor.id, "pairs"):
            for page in payload.pages:
                for name, symbol, quote in self.venue.listed(page.body):
                    currency = currency_of(quote)
                    if currency is not None:
                        found.append(MarketRecord(self.descriptor.id, name, symbol.upper(), currency))
        return found


def books_of(venue: Venue) -> Callable[[str, Descriptor], AnyAdapter]:
    """Return what makes the adapter of a venue's books."""
    return lambda base_url, descriptor: VenueBooks(base_url, descriptor, venue)


def markets_of(venue: Venue) -> Callable[[str, Descriptor], AnyAdapter]:
    """Return what makes the adapter of a venue's list of pairs."""
    return lambda base_url, descriptor: VenueMarkets(base_url, descriptor, venue)


def split_pair(pair: str) -> tuple[str, str]:
    """Return symbol and currency of a pair written as one word, `btcusd`; whatever is in neither dollars nor tethers has none."""
    for quote in ("usdt", "usd"):
        if pair.lower().endswith(quote) and len(pair) > len(quote):
            return pair[: -len(quote)], quote
    return pair, ""
