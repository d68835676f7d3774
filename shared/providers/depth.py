"""Every exchange whose books are read, for those who ask for many and for those who have a caller waiting."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.settings import Settings
from shared.records.depth import BookRecord

from .adapters.binance_depth import BINANCE_DEPTH, BinanceDepth
from .adapters.coinbase_depth import COINBASE_DEPTH, CoinbaseDepth
from .adapters.kraken_depth import KRAKEN_DEPTH, KrakenDepth
from .adapters.venue_books import books_of
from .adapters.venues import VENUES
from .contract import Descriptor, Http
from .depth_requests import BookRequest
from .ondemand import first_answer
from .registry import Makes, assembled
from .rotation import Provider
from .sources import Sources

BookSources = Sources[BookRequest, BookRecord]

WHILE_WAITING = 1000
"""Levels a side for a caller: Binance takes a hundredth of a minute's weight for them."""
_BOOKS: tuple[tuple[Descriptor, Makes], ...] = (
    (BINANCE_DEPTH, BinanceDepth),
    (COINBASE_DEPTH, CoinbaseDepth),
    (KRAKEN_DEPTH, KrakenDepth),
    *((venue.descriptor, books_of(venue)) for venue in VENUES),
)


class Listed(Protocol):
    """A token and where it is traded."""

    @property
    def token_id(self) -> str:
        """Return the token."""
        ...

    @property
    def markets(self) -> Mapping[str, str]:
        """Return the pair's name by exchange."""
        ...

    @property
    def price_usd(self) -> Decimal | None:
        """Return the price we know."""
        ...


def book_providers(settings: Settings) -> tuple[Provider, ...]:
    """Return the exchanges, first choice first.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    return assembled(_BOOKS, settings)


def book_sources(
    settings: Settings, documents: DocumentStore, clock: Clock, *, http: Http | None = None
) -> BookSources:
    """Return the exchanges for a refresh, which asks each of them for many books.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    return Sources("depth", book_providers(settings), documents, clock, http=http)


class BookProviders:
    """The exchanges while a caller waits; build it once for each process and call `close` at its end."""

    def __init__(
        self,
        settings: Settings,
        documents: DocumentStore,
        clock: Clock,
        *,
        http: Http | None = None,
        providers: Sequence[Provider] | None = None,
    ) -> None:
        used = book_providers(settings) if providers is None else providers
        self._sources: BookSources = Sources("depth", used, documents, clock, http=http)

    async def ask(self, listing: Listed, *, within: timedelta) -> BookRecord | None:
        """Return the book of the first exchange that answered in time, `None` when none did; never raises for them."""
        request = BookRequest(listing.token_id, listing.markets, listing.price_usd, WHILE_WAITING)
        found = await first_answer(self._sources, request, within=within)
        return found.records[0] if found else None

    async def close(self) -> None:
        """Let go of connections."""
        await self._sources.close()
