"""Quotes of several independent sources in one call, whatever any one of them does."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.cache.documents import DocumentStore
from shared.core.clock import Clock
from shared.core.errors import RateLimitedError
from shared.core.settings import Settings
from shared.records.market import PriceRecord

from .adapters.binance import BINANCE, Binance
from .adapters.bitfinex_tickers import BITFINEX
from .adapters.coincap import COINCAP, CoinCap
from .adapters.coingecko import FREE, PRO, CoinGecko
from .adapters.coinmarketcap import COINMARKETCAP, CoinMarketCap
from .adapters.coinpaprika import COINPAPRIKA, CoinPaprika
from .adapters.kraken_tickers import KRAKEN
from .adapters.kucoin_tickers import KUCOIN
from .adapters.okx_tickers import OKX
from .adapters.venue_tickers import TickerList, tickers_of
from .contract import Descriptor, Http, QuoteAdapter, QuoteRequest
from .http import HttpClient
from .questions import Asker, Outcome, Round
from .registry import assembled
from .rotation import Bar, Line, Provider, disabled_reason, disabling, following, lined_up
from .state import Book, StateStore

_SPARES: tuple[TickerList, ...] = (OKX, KUCOIN, KRAKEN, BITFINEX)
_QUOTES: tuple[tuple[Descriptor, Callable[[str, Descriptor], QuoteAdapter]], ...] = (
    (PRO, CoinGecko),
    (FREE, CoinGecko),
    (BINANCE, Binance),
    (COINPAPRIKA, CoinPaprika),
    (COINCAP, CoinCap),
    (COINMARKETCAP, CoinMarketCap),
    *((venue.descriptor, tickers_of(venue)) for venue in _SPARES),
)


def quote_providers(settings: Settings) -> tuple[Provider, ...]:
    """Return the providers of quotes, best first.

    Raises:
        SettingsError: an address or a limit cannot be read.
    """
    return assembled(_QUOTES, settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswer:
    """What one provider said."""

    provider: str
    records: tuple[PriceRecord, ...]
    latency_ms: float
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFailure:
    """Why a provider said nothing.

    `code` is that of the error's class when it was asked; otherwise `circuit_open`, `trial_elsewhere`,
    `rate_limited`, `quota_spent`, `no_key`, `keys_rejected` or `no_time`.
    """

    provider: str
    code: str
    reason: str
    asked: bool
    until: datetime | None = None
    """When it may be asked again, as far as that is known."""
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """The answers of one run, the failures, and who was healthy but not needed."""

    answers: tuple[ProviderAnswer, ...]
    failures: tuple[ProviderFailure, ...]
    spared: tuple[str, ...] = ()


class QuoteProviders:
    """Every provider of quotes, in rotation; build it once for each process and call `close` at its end."""

    def __init__(
        self,
        settings: Settings,
        documents: DocumentStore,
        clock: Clock,
        *,
        http: Http | None = None,
        providers: Sequence[Provider] | None = None,
    ) -> None:
        self._clock = clock
        self._states = StateStore(documents, "quotes")
        self._own_http = HttpClient(clock)
        self._http: Http = http or self._own_http
        self._providers = quote_providers(settings) if providers is None else tuple(providers)

    async def collect(self, *, tokens: int, wanted: int = 3, deadline: timedelta) -> Collected:
        """Return the answers of up to `wanted` independent sources.

        A provider that fails is replaced by the next in line at once. Nothing a provider does raises.

        Args:
            tokens: How many of the largest tokens to ask for; an answer may hold more.
            wanted: How many sources, at most one of a family.
            deadline: For everything; a single provider gets part of it, so that a replacement has time.
        """
        request = QuoteRequest(tokens)
        book = await self._states.load(each.id for each in self._providers)
        now = self._clock.now()
        line = lined_up(self._providers, book.states, request, next_family=book.next_family, now=now)
        asker = Asker(self._http, self._clock, self._states, book, request)
        played = await Round(asker, line.order, wanted, deadline).play()
        await self._keep(book, line, played, wanted)
        return _collected(line, played)

    async def close(self) -> None:
        """Let go of connections."""
        await self._own_http.close()

    async def _keep(self, book: Book, line: Line, played: Sequence[Outcome], wanted: int) -> None:
        """Write what this run did, all at once."""
        changes = [self._states.change(outcome.provider.id, outcome.change) for outcome in played if outcome.attempts]
        changes += [
            self._states.change(provider.id, disabling(bar))
            for provider, bar in line.barred
            if disabled_reason(bar) != book.states[provider.id].disabled_reason and disabled_reason(bar)
        ]
        following_family = following(self._providers, book.next_family, wanted)
        await asyncio.gather(self._states.turn(following_family, at=self._clock.now()), *changes)


def _collected(line: Line, played: Sequence[Outcome]) -> Collected:
    asked = {outcome.provider.id for outcome in played}
    return Collected(
        answers=tuple(_answer(outcome) for outcome in played if outcome.records is not None),
        failures=(
            *(_failure(outcome) for outcome in played if outcome.records is None),
            *(_not_asked(provider, bar) for provider, bar in line.barred),
        ),
        spared=tuple(provider.id for provider in line.order if provider.id not in asked),
    )


def _answer(outcome: Outcome) -> ProviderAnswer:
    attempt = outcome.attempts[-1]
    return ProviderAnswer(
        provider=outcome.provider.id,
        records=tuple(outcome.records or ()),
        latency_ms=attempt.latency_ms,
        fetched_at=attempt.ended_at,
    )


def _failure(outcome: Outcome) -> ProviderFailure:
    if outcome.bar is not None:
        return _not_asked(outcome.provider, outcome.bar)
    attempt = outcome.attempts[-1]
    error = attempt.error
    return ProviderFailure(
        provider=outcome.provider.id,
        code=error.code if error else "upstream",
        reason=error.reason if error else "",
        asked=True,
        until=attempt.ended_at + error.retry_after if isinstance(error, RateLimitedError) else None,
        latency_ms=attempt.latency_ms,
    )


def _not_asked(provider: Provider, bar: Bar) -> ProviderFailure:
    return ProviderFailure(provider=provider.id, code=bar.code, reason=bar.reason, asked=False, until=bar.until)
